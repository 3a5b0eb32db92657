"""The simulated country's dossiers one by one: grounds, draws, exports, their small aggregate."""
