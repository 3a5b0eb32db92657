"""`python -m bench.fresh_machine`: docs/operations.md, followed to the letter on a fresh Debian 12, and then tried.

The machine is a container of systemd-nspawn with a Debian that debootstrap made: its systemd runs the units, its nginx
answers on ports 80 and 443 of this machine, apt and pip fetch what the page says. The commands are read from the page;
only the names in its first lines are others, and the portal and the identity provider are the tests' stand-ins.
Needs root, debootstrap, systemd-container, chromium, an index of packages, and free ports.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Page, sync_playwright

from bench import hostile
from files.places import HOME
from store.reference import reference_table
from tests.pages.test_in_browser import FLAGS
from tests.stand_in.server import StandIn
from tests.stand_in.world import World

NAME, SITE = "gandan.thu.vn", "xem.gandan.thu.vn"
PEOPLE = {"chutich": "Xếp hạng", "thanhtra": "Chuẩn bị kiểm tra", "nhaplieu": "Nhập biểu"}
"""The people of deploy/access.example.yaml, and how the page begins that each must be able to open."""
_PAGES = {"chutich": "/xep-hang", "thanhtra": "/kiem-tra", "nhaplieu": "/nhap-bieu"}
CLICKS, HOSTILE_SECONDS, ENDED_WITHIN = 5, 30.0, 10
HOSTILE = (20, 10, 1000)
"""Pages that the client opens, files that it sends, addresses that it asks for."""
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Machine:
    """A Debian with its own systemd, in `folder`; it shares this machine's network."""

    def __init__(self, folder: Path) -> None:
        self.root, self._program = folder, None

    def boot(self) -> None:
        command = ["systemd-nspawn", "--quiet", "-D", self.root, "--boot", "--register=no", "--keep-unit"]
        own = os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        self._program = subprocess.Popen(command, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait("the machine to start", lambda: self.run("systemctl is-system-running", check=False) == "running")

    def off(self) -> None:
        """End everything that runs there: with its first process a namespace loses all others."""
        if self._program:
            for number in self._first():
                os.kill(int(number), signal.SIGKILL)
            self._program.wait(30)

    def _first(self) -> list[str]:
        number = self._program.pid
        return Path(f"/proc/{number}/task/{number}/children").read_text().split()

    def run(self, script: str, check: bool = True) -> str:
        """What a script of the shell prints there; RuntimeError with its end where it fails."""
        first = self._first()
        if not first:
            return ""
        enter = ["nsenter", "-t", first[0], "-m", "-u", "-i", "-p", "-C", "-r", "-w"]
        clean = ["env", "-i", f"PATH={_PATH}", "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
        done = subprocess.run([*enter, *clean, "bash", "-c", script], capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout.strip()


def wait(what: str, done: object, seconds: float = 60) -> float:
    """Seconds until `done()` is true; TimeoutError."""
    started = time.monotonic()
    while not done():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.5)
    return time.monotonic() - started


def prepared(folder: Path) -> Path:
    """A fresh Debian in `folder/root`, with what this machine uses to reach its indexes, and the repository."""
    base, root = folder / "base", folder / "root"
    if not (base / "usr").exists():
        words = ["--variant=minbase", "--include=systemd,systemd-sysv,dbus,ca-certificates", "bookworm", base]
        subprocess.run(["debootstrap", *words], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "-a", base, root], check=True)
    for file in ("/etc/ssl/certs/ca-certificates.crt", "/etc/resolv.conf", "/etc/pip.conf"):
        if Path(file).exists():
            shutil.copyfile(file, root / file[1:])
    if (pip := Path.home() / ".config" / "pip" / "pip.conf").exists():
        shutil.copyfile(pip, root / "etc" / "pip.conf")
    (root / "etc" / "hosts").write_text(f"127.0.0.1 localhost {NAME} {SITE}\n")
    subprocess.run(["git", "clone", "--quiet", "--bare", HOME, root / "srv" / "gan-dan.git"], check=True)
    return root


def commands(provider: str, portal: str) -> str:
    """The page's commands in one script, in its order, up to the containers; the free certificate is left out."""
    page = (HOME / "docs" / "operations.md").read_text(encoding="utf-8")
    page = page.partition("## In containers instead")[0]
    own = {"NAME": NAME, "SITE": SITE, "MAIL": "quantri@thu.vn", "REPOSITORY": "/srv/gan-dan.git", "PROVIDER": provider}
    blocks = [block for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "certbot" not in block]
    for name, value in own.items():
        blocks = [re.sub(rf"^{name}=\S+", f"{name}={value}", block, flags=re.MULTILINE) for block in blocks]
    told = f"echo GANDAN_PULL_URL={portal} >> /etc/gan-dan/env\n"
    figures = next(number for number, block in enumerate(blocks) if "gan-dan-nightly" in block and "etl" in block)
    return "set -e\n" + "\n".join([*blocks[:figures], told, *blocks[figures:]])


@contextmanager
def stand_ins() -> Iterator[tuple[str, str]]:
    """(address of the provider's description, address of the portal), whose clock is today's."""
    people = [
        User(sub=name, claims={"email": f"{name}@phutho.gov.vn", "email_verified": True})
        for name in (*PEOPLE, "quantri", "la")
    ]
    world = World(reference_table("units"), reference_table("provinces"))
    world.now = datetime.now(world.now.tzinfo)
    with run_server_in_thread(user_claims=people) as provider, StandIn(world) as portal:
        yield f"http://127.0.0.1:{provider.server_port}/.well-known/openid-configuration", portal.base_url


def signed_in(page: Page, who: str, path: str) -> str:
    """The title of a page after signing in on the way to it."""
    page.goto(f"http://{NAME}{path}?province=25")
    page.wait_for_selector("h1:has-text('Trang này cần đăng nhập')", timeout=60_000)
    page.get_by_role("button", name="Đăng nhập").first.click()
    page.wait_for_url("**/oauth2/authorize**", timeout=20_000)
    page.fill("input[name=sub]", who)
    page.click("button[type=submit]")
    page.wait_for_url(f"https://{NAME}{path}**", timeout=20_000)
    page.wait_for_selector("h1:not(:has-text('Trang này'))", timeout=60_000)
    return page.inner_text("h1")


def tried(machine: Machine) -> Iterator[str]:
    """What was tried of the service that runs, each with what came of it."""
    health = f"curl -sk https://{NAME}/health"
    wait("health", lambda: '"ok"' in machine.run(health, check=False))
    yield f"health: {machine.run(health)}"
    wait(
        "the first nightly round",
        lambda: machine.run("systemctl show gan-dan-nightly -P SubState") == "dead",
        seconds=600,
    )
    if (result := machine.run("systemctl show gan-dan-nightly -P Result")) != "success":
        raise RuntimeError(f"nightly: {result}\n{machine.run('journalctl -u gan-dan-nightly -n 30 --no-pager')}")
    parts = machine.run("journalctl -u gan-dan-nightly -o cat --no-pager | grep '^nightly:'")
    yield f"nightly round: {'; '.join(part.removeprefix('nightly: ') for part in parts.splitlines())}"
    yield f"the timer's next: {machine.run('systemctl show gan-dan-nightly.timer -P NextElapseUSecRealtime')}"
    yield f"static site: {machine.run(f'curl -skI https://{SITE}/ | head -1')}"
    with sync_playwright() as playwright:
        rules = [f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS, *rules])
        for who, title in PEOPLE.items():
            context = chromium.new_context(ignore_https_errors=True)
            if not (said := signed_in(context.new_page(), who, _PAGES[who])).startswith(title):
                raise RuntimeError(f"{who} came to {said!r}")
            yield f"{who} signed in and opened {_PAGES[who]}: {said}"
            context.close()
        chromium.close()

    machine.run("kill -9 $(systemctl show gan-dan@8501 -P MainPID)")
    ask = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8501/health"
    yield f"replica killed: back after {wait('the replica', lambda: machine.run(ask, check=False) == '200'):.0f} s"

    here = "cd /opt/gan-dan/current\n"
    data, kept = "/var/lib/gan-dan", "/var/lib/gan-dan-backups"
    file = machine.run(f"{here}sh deploy/backup.sh {data} {kept}")
    machine.run(
        f"{here}systemctl stop 'gan-dan@*' && sh deploy/restore.sh {file} {data} && "
        "systemctl start gan-dan@8501 gan-dan@8502"
    )
    wait("health", lambda: '"ok"' in machine.run(health, check=False))
    machine.run("systemctl start gan-dan-nightly")
    yield "backup made, restored, and a nightly round published into it"
    said = machine.run(f"{here}sh deploy/drill.sh {kept} {data}").splitlines()
    if not said[0].endswith("was restored aside and is sound"):
        raise RuntimeError(f"drill: {said}")
    yield f"drill: {said[0]}"
    yield from tried_by_people()

    machine.run(
        "cd /opt/gan-dan/clone && git -c user.name=t -c user.email=t@thu.vn commit -q --allow-empty -m next "
        "&& git push -q origin HEAD:main"
    )
    before = machine.run("readlink /opt/gan-dan/current")
    machine.run(f"{here}sh deploy/upgrade.sh main")
    after = machine.run("readlink /opt/gan-dan/current")
    machine.run(f"{here}sh deploy/upgrade.sh --back")
    if before == after or machine.run("readlink /opt/gan-dan/current") != before:
        raise RuntimeError(f"upgrade: {before} → {after}")
    yield f"upgraded and gone back: {json.loads(machine.run(health))['status']}"


def tried_by_people() -> Iterator[str]:
    """A leader's page beside a hostile client, and what becomes of it when an administrator ends the sign-in."""
    with sync_playwright() as playwright:
        rules = [f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS, *rules])
        leader = chromium.new_context(ignore_https_errors=True).new_page()
        signed_in(leader, "chutich", _PAGES["chutich"])
        yield beside_a_hostile_client(leader)
        admin = chromium.new_context(ignore_https_errors=True).new_page()
        signed_in(admin, "quantri", "/quan-tri")
        yield ended_by(admin, leader)
        chromium.close()


def beside_a_hostile_client(leader: Page) -> str:
    """How long the leader's page takes in calm and while a client without a sign-in asks for all it can; RuntimeError
    where it fails, or a file of the client is taken."""
    calm = [drawn(leader) for _ in range(CLICKS)]
    with ThreadPoolExecutor(1) as beside:
        client = beside.submit(asyncio.run, hostile.attack("https://127.0.0.1", HOSTILE_SECONDS, *HOSTILE))
        under = [drawn(leader) for _ in range(CLICKS)]
        got = client.result(2 * HOSTILE_SECONDS)
    if taken := sorted(what for what in got if what.startswith("files answered 2")):
        raise RuntimeError(f"hostile client: {taken}")
    told = ", ".join(f"{what} {number}" for what, number in sorted(got.items()))
    return f"hostile client: a page in {max(calm):.1f} s at most in calm, {max(under):.1f} s beside it; {told}"


def drawn(page: Page) -> float:
    """Seconds until a page that is loaded again has its title."""
    started = time.monotonic()
    page.reload()
    page.wait_for_selector("h1:has-text('Xếp hạng')", timeout=60_000)
    return time.monotonic() - started


def ended_by(admin: Page, leader: Page) -> str:
    """The administrator ends the leader's sign-ins; the leader's open page says so within 10 s, or TimeoutError."""
    line = admin.locator(".st-key-admin_signed_in [data-testid=stHorizontalBlock]", has_text="chutich@phutho.gov.vn")
    line.get_by_role("button", name="Kết thúc").last.click()
    started = time.monotonic()
    leader.wait_for_selector("h1:not(:has-text('Xếp hạng'))", timeout=1000 * ENDED_WITHIN)
    return f"a sign-in that was ended: the open page was closed after {time.monotonic() - started:.0f} s"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fresh_machine", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the machine lies; its base is kept there")
    parser.add_argument("--keep", action="store_true", help="leave the machine running, for looking at it")
    args = parser.parse_args()
    folder = args.folder.absolute()
    missing = [name for name in ("debootstrap", "systemd-nspawn", "nsenter", "chromium") if not shutil.which(name)]
    if os.geteuid() or missing:
        print(f"needs root{' and ' + ', '.join(missing) if missing else ''}", file=sys.stderr)
        return 1
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # the provider's
    folder.mkdir(parents=True, exist_ok=True)
    machine = Machine(prepared(folder))
    with stand_ins() as (provider, portal):
        try:
            machine.boot()
            started = time.monotonic()
            machine.run(commands(provider, portal))
            print(f"from the first command to a service that answers: {time.monotonic() - started:.0f} s")
            for line in tried(machine):
                print(line, flush=True)
            if args.keep:
                input("Enter ends the machine. ")
        finally:
            machine.off()
    return 0


if __name__ == "__main__":
    sys.exit(main())
