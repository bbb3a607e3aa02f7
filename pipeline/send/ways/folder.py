"""A folder of .eml files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from pipeline.errors import SendError
from pipeline.html import plain_text
from pipeline.model import DeliveryState
from pipeline.send.ways.way import Answer, Overdue, Promise, at_any_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.send.ways.way import Line
    from pipeline.send.wire import Message


class Folder:
    """A folder of .eml files, one a reader, for a mail program or another machine to send."""

    connections: Final = 1
    mark: Final = "folder"
    promise: Final = Promise()

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = f"files in {folder}"

    def open(self) -> Line:
        """Make the folder."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SendError(f"{self._folder} cannot be made: {error.strerror}") from error
        return self

    def close(self) -> None:
        """Leave the folder as it is."""

    def send(self, message: Message, may: Callable[[], bool] = at_any_time) -> Answer:
        """Write the message under a name made of its Message-ID."""
        if not may():
            raise Overdue
        path = self._folder / f"{message.message_id.strip('<>').partition('@')[0]}.eml"
        try:
            fresh = path.with_suffix(".part")
            fresh.unlink(missing_ok=True)
            fresh.touch(mode=0o600)  # the letter holds the reader's address and their own way to leave
            with fresh.open("wb") as file:
                file.write(message.data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError as error:
            raise SendError(f"{path} cannot be written: {error.strerror}") from error
        return Answer(state=DeliveryState.SENT, text=plain_text(f"written to {path.name}"))
