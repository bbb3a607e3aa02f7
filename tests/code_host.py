"""A stand-in of a code host on loopback: its git over HTTP, its API, and a runner for its workflows.

The runner does what the few actions do that our workflows use, and runs every shell step as it stands. Each job begins
with nothing but what it checks out or downloads.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import yaml

TOKEN = "token-of-the-code-host"
BACKEND = Path(subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip())
QUIET = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


def git(folder, *words):
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", *who, *map(str, words)],
        cwd=folder,
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Forge:
    """What a code host has, and what it was asked."""

    folder: Path
    url: str = ""
    requests: list = field(default_factory=list)
    comments: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    answer: object = None
    is_one_page: bool = False  # as Forgejo answers
    tells_who: bool = True  # as GitHub does not tell the token of a run

    @property
    def us(self):
        """Whose the token is."""
        return (
            {"id": 41, "login": "ana"} if self.tells_who else {"id": 41, "login": "github-actions[bot]", "type": "Bot"}
        )

    @property
    def bare(self):
        return self.folder / "ana/site.git"

    def branches(self):
        return git(self.bare, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def files_of(self, branch):
        return git(self.bare, "ls-tree", "-r", "--name-only", branch).splitlines()

    def say(self, method, path, asked):
        """What the API answers: (status, object)."""
        path, _, query = path.partition("?")
        if path == "/api/user":
            return (200, self.us) if self.tells_who else (403, {"message": "Resource not accessible by integration"})
        opens = re.fullmatch(r"/api/(repos/ana/site/pulls|projects/7/merge_requests)", path)
        lists = re.fullmatch(r"/api/(repos/ana/site/issues/5/comments|projects/7/merge_requests/5/notes)", path)
        one = re.fullmatch(r"/api/(?:repos/ana/site/issues/comments|projects/7/merge_requests/5/notes)/(\d+)", path)
        if opens and method == "POST":
            return self._opened(asked)
        if lists and method == "POST":
            return 201, self.commented(asked["body"], self.us)
        if one and method == ("PUT" if "projects" in path else "PATCH"):
            [comment] = [each for each in self.comments if each["id"] == int(one[1])]
            comment["body"] = asked["body"]
            return 200, comment
        if not lists:
            return 404, {"message": f"no {method} {path}"}
        page = int(parse_qs(query).get("page", ["1"])[0])
        return 200, self.comments if self.is_one_page else self.comments[100 * page - 100 : 100 * page]

    def commented(self, body, who):
        """A comment, as GitHub and GitLab tell of it both."""
        number = 30 + len(self.comments)
        self.comments.append(
            {"id": number, "body": body, "user": who, "author": who, "html_url": f"{self.url}/c/{number}"}
        )
        return self.comments[-1]

    def _opened(self, asked):
        branch = asked.get("head") or asked["source_branch"]
        if branch in [each.get("head") or each["source_branch"] for each in self.requests]:
            return (422, {"message": "already exists"}) if "head" in asked else (409, {"message": "there is one"})
        self.requests.append(asked)
        return 201, {"html_url": f"{self.url}/1", "number": 1}


@contextmanager
def forge_in(folder):  # noqa: C901  (git and an API behind one address)
    forge = Forge(folder)
    forge.bare.mkdir(parents=True)
    git(forge.bare, "init", "--bare", "--quiet")
    git(forge.bare, "config", "http.receivepack", "true")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self):
            body = self._body()
            if self.path.startswith("/ana/site.git/"):
                return self._git(body)
            forge.asked.append((self.command, self.path, dict(self.headers)))
            known = self.headers["Authorization"] == f"Bearer {TOKEN}" or self.headers["PRIVATE-TOKEN"] == TOKEN
            answered = forge.say(self.command, self.path, json.loads(body or b"{}")) if known else (401, {})
            status, told = forge.answer or answered
            return self._answer(status, json.dumps(told).encode())

        do_GET = do_POST = do_PUT = do_PATCH = handle_any  # noqa: N815  (the library calls them so)

        def _body(self):
            if self.headers["Transfer-Encoding"] != "chunked":
                return self.rfile.read(int(self.headers["Content-Length"] or 0))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _git(self, body):
            pair = base64.b64encode(f"oauth2:{TOKEN}".encode()).decode()
            if self.headers["Authorization"] != f"Basic {pair}":
                return self._answer(401, b"", {"WWW-Authenticate": "Basic"})
            path, _, query = self.path.partition("?")
            variables = {
                **QUIET,
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(forge.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": "ana",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers["Content-Type"] or "",
                "HTTP_CONTENT_ENCODING": self.headers["Content-Encoding"] or "",
                "CONTENT_LENGTH": str(len(body)),
            }
            done = subprocess.run(
                [BACKEND / "git-http-backend"], env=variables, input=body, capture_output=True, check=True
            )
            head, _, rest = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            status = int(headers.pop("Status", "200").split()[0])
            return self._answer(status, rest, headers)

        def _answer(self, status, body, headers=()):
            self.send_response(status)
            for name, value in dict(headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    forge.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Runner:
    """Runs workflows of a repository; ``values`` are what expressions in them stand for."""

    forge: Forge
    folder: Path
    environment: dict
    values: dict = field(default_factory=dict)
    kept: dict = field(default_factory=dict)
    ran: list = field(default_factory=list)
    said: str = ""

    def of_actions(self, text, branch="main", skip=()):
        """Run a workflow of GitHub or Forgejo; return the exit code of each job."""
        told, workflow = {}, yaml.safe_load(text)
        asked = ((workflow[True] or {}).get("workflow_dispatch") or {}).get("inputs", {})  # YAML takes "on" for a yes
        for name, about in asked.items():
            if "default" in about:
                self.values.setdefault(f"inputs.{name}", about["default"])
        for name, job in workflow["jobs"].items():
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", ())
            if name in skip or (any(map(told.get, needs)) and "always()" not in str(job.get("if", ""))):
                continue
            place = self._place()
            self.values["runner.temp"] = str(temp_of(place))
            told[name] = 0
            for step in job["steps"]:
                if told[name] and step.get("if", "").partition(" ")[0] != "always()":
                    continue
                code = self._step(step, place, branch, workflow.get("env", {}))
                told[name] = told[name] or code
        return told

    def of_gitlab(self, text, names, branch="main"):
        """Run jobs of a .gitlab-ci.yml; return the exit code of each."""
        jobs, told = yaml.safe_load(text), {}
        for name in names:
            job = jobs.get(jobs[name].get("extends", ""), {}) | jobs[name]
            place = self._place()
            variables = jobs["variables"] | job.get("variables", {})
            self._clone(place, branch, *(["--no-checkout"] if variables.get("GIT_CHECKOUT") == "false" else []))
            for kept in self.kept.values():
                shutil.copytree(kept, place, dirs_exist_ok=True)
            # What is said for a run counts before what the file says.
            variables |= {each: self.environment[each] for each in variables.keys() & self.environment.keys()}
            granted = variables | ({"CODE_HOST_TOKEN": TOKEN} if "code-host" in str(job.get("environment")) else {})
            lines = "\n".join([*job.get("before_script", ()), *job["script"]])
            told[name] = self.shell(lines, place, granted)
            assert self.shell("\n".join(job.get("after_script", ())) or "true", place, granted) == 0
            self._keep(name, place, "\n".join(job.get("artifacts", {}).get("paths", ())))
        return told

    def _step(self, step, place, branch, environment):
        action = step.get("uses", "").partition("@")[0]
        given = {name: self._value(value) for name, value in step.get("with", {}).items() if name != "key"}
        if action == "actions/checkout":
            self._clone(place, given.get("ref") or branch)
        elif action in {"actions/upload-artifact", "actions/upload-pages-artifact"}:
            self._keep(given.get("name", "pages"), place, given["path"])
        elif action == "actions/download-artifact":
            shutil.copytree(self.kept[given["name"]], place / given.get("path", "."), dirs_exist_ok=True)
        elif "run" in step:
            given = {name: self._value(value) for name, value in step.get("env", {}).items()}
            return self.shell(step["run"], place, environment | given)
        else:
            assert action in {"actions/setup-python", "actions/cache", "actions/cache/restore", "actions/deploy-pages"}
        return 0

    def _place(self):
        place = self.folder / f"job{len(list(self.folder.iterdir()))}" / "site"
        place.parent.mkdir(parents=True)
        temp_of(place).mkdir()
        return place

    def _clone(self, place, branch, *how):
        git(place.parent, "clone", "--quiet", *how, "--branch", branch, self.forge.bare, place)

    def _keep(self, name, place, paths):
        """Keep files as an artifact, which begins at the folder that all of them have in common."""
        found = [place / path for path in paths.split() if (place / path).exists()]
        if not found:
            return
        root = found[0] if len(paths.split()) == 1 and "GITLAB_CI" not in self.environment else place
        self.kept[name] = self.folder / f"kept-{name}"
        shutil.rmtree(self.kept[name], ignore_errors=True)
        for path in found:
            shutil.copytree(path, self.kept[name] / path.relative_to(root), dirs_exist_ok=True)

    def _value(self, text):
        def stands_for(found):
            name = found[1]
            return self.values[name] if name in self.values or not name.startswith("secrets.") else ""

        return re.sub(r"\$\{\{ ([\w.]+) \}\}", stands_for, str(text))

    def shell(self, command, place, given):
        home = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        tools = self.folder / "tools"
        path = {"PATH": f"{tools / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(tools)}
        # The wheel is installed for this run alone, and what it needs is here already.
        pip = {"PIP_TARGET": str(tools), "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PIP_UPGRADE": "1", "PIP_QUIET": "1"}
        with tempfile.TemporaryDirectory() as short:  # as a socket is in it
            temp = {"TMPDIR": short, "RUNNER_TEMP": str(temp_of(place))}
            done = subprocess.run(
                ["bash", "-eo", "pipefail", "-c", command],
                cwd=place,
                env=home | path | pip | temp | QUIET | {"CI": "true"} | self.environment | given,
                capture_output=True,
                text=True,
                check=False,
            )
        self.ran.append(command)
        self.said += done.stdout + done.stderr
        return done.returncode


def temp_of(place):
    """The folder outside of the checkout in ``place`` that a run may write into."""
    return place.parent / "temp"
