"""Questions that figures raise about a commune: what an inspector could ask there, never a verdict.

A question is a file of `data/questions`: a rule of `RULES` with its thresholds, the measures it looks at,
and the words. `registry` reads the files, `ask` says which questions a period raises and about whom.
"""

from ranking.questions.definitions import RULES, Question, QuestionError, registry
from ranking.questions.facts import Tables
from ranking.questions.findings import EVIDENCE, FIRED
from ranking.questions.inquiry import ASKED, ask, fired, scores, tested

__all__ = [
    "ASKED",
    "EVIDENCE",
    "FIRED",
    "RULES",
    "Question",
    "QuestionError",
    "Tables",
    "ask",
    "fired",
    "registry",
    "scores",
    "tested",
]
