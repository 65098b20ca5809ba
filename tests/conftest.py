# SPDX-License-Identifier: Apache-2.0
"""What holds for all tests: no example is too slow, and ``PHONEFSM_NO_SKIPS=1`` makes a skipped test a failure."""

import os

import pytest
from hypothesis import settings

# Tests never time. The parent is hypothesis' own profile, which on CI takes the same examples on every run.
settings.register_profile("phonefsm", parent=settings(), deadline=None)
settings.load_profile("phonefsm")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that was to skip nothing and did."""
    if os.environ.get("PHONEFSM_NO_SKIPS") == "1" and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say why a run that skipped something has failed."""
    if os.environ.get("PHONEFSM_NO_SKIPS") == "1" and (count := _skipped(config)):
        terminalreporter.write_line(f"PHONEFSM_NO_SKIPS: {count} skipped, which counts as a failure", red=True)


def _skipped(config: pytest.Config) -> int:
    reporter: pytest.TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", ())) if reporter else 0
