"""A site of its own for each story: real servers, real processes, free ports, its own data folder."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running_site import Up


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all stories: the first start makes the cluster, the later ones find it."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture
def up(folder: Path) -> Iterator[Callable[..., Up]]:
    """Start `viche up`; whatever a story leaves running is ended after it."""
    started: list[Up] = []

    def start(*options: str, port: int | None = None) -> Up:
        started.append(Up(folder, *options, port=port))
        return started[-1]

    yield start
    for site in started:
        if site.process.poll() is None:
            site.process.send_signal(signal.SIGTERM)
            site.process.wait(40)
