"""Commits that are made beside the work tree, and branches that are pushed.

The token is in no address, on no command line and in no file: git is told it by its environment.
"""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.app.hosts.git import git

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr


class Branch:
    """What can be pushed from the repository in ``root`` to ``remote``."""

    def __init__(self, root: Path, remote: str, token: SecretStr) -> None:
        self._root, self._remote, self._token = root, remote, token

    def is_there(self, name: str) -> bool:
        """Tell whether the code host has a branch of this ``name``."""
        return bool(git(self._root, "ls-remote", "--heads", self._remote, f"refs/heads/{name}", hidden=self._login()))

    def commit(self, files: Mapping[Path, bytes], words: str) -> str:
        """Return a commit on top of the present one, in which ``files`` hold these bytes."""
        top = Path(git(self._root, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
        with tempfile.TemporaryDirectory() as place:
            index = {"GIT_INDEX_FILE": str(Path(place) / "index")}
            git(self._root, "read-tree", "HEAD", hidden=index)
            for path, data in files.items():
                blob = git(self._root, "hash-object", "-w", "--stdin", said=data).decode().strip()
                name = path.resolve().relative_to(top.resolve()).as_posix()
                git(top, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", hidden=index)
            tree = git(self._root, "write-tree", hidden=index).decode().strip()
        return git(self._root, "commit-tree", tree, "-p", "HEAD", "-m", words).decode().strip()

    def files_of(self, name: str, *wanted: str) -> dict[str, bytes]:
        """Return which of the files ``wanted`` are at the top of the branch ``name`` of the code host."""
        if not self.is_there(name):
            return {}
        git(
            self._root, "fetch", "--quiet", "--no-tags", "--depth=1", self._remote, f"refs/heads/{name}",
            hidden=self._login(),
        )  # fmt: skip
        listed = git(self._root, "ls-tree", "-z", "--full-tree", "FETCH_HEAD", "--", *wanted).decode().split("\0")
        there = [line.partition("\t")[2] for line in listed if line.startswith("100644 blob ")]
        return {file: git(self._root, "cat-file", "blob", f"FETCH_HEAD:{file}") for file in there}

    def commit_of(self, folder: Path, more: Mapping[str, bytes]) -> str:
        """Return a commit without a past that holds ``folder``, the files of ``more`` and nothing else."""
        with tempfile.TemporaryDirectory() as place:
            git_folder = git(self._root, "rev-parse", "--absolute-git-dir").decode().rstrip("\n")
            where = {
                "GIT_INDEX_FILE": str(Path(place) / "index"),
                "GIT_DIR": git_folder,
                "GIT_WORK_TREE": str(folder.resolve()),
            }
            git(folder, "add", "--all", "--force", ".", hidden=where)
            for name, data in more.items():
                blob = git(self._root, "hash-object", "-w", "--stdin", said=data).decode().strip()
                git(folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", hidden=where)
            tree = git(folder, "write-tree", hidden=where).decode().strip()
        return git(self._root, "commit-tree", tree, "-m", "The site").decode().strip()

    def push(self, commit: str, name: str, *, anew: bool = False) -> None:
        """Let the branch ``name`` be ``commit`` at the code host; ``anew`` whatever it was before."""
        mark = "+" * anew
        git(self._root, "push", "--quiet", self._remote, f"{mark}{commit}:refs/heads/{name}", hidden=self._login())

    def _login(self) -> dict[str, str]:
        # All three take the token as a password by this name; GitHub and Forgejo by any other, too.
        pair = base64.b64encode(f"oauth2:{self._token.get_secret_value()}".encode()).decode()
        return {
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": f"http.{self._remote}.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {pair}",
            "GIT_CONFIG_KEY_1": "http.followRedirects",
            "GIT_CONFIG_VALUE_1": "false",
        }
