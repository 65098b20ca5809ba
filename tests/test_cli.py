# SPDX-License-Identifier: Apache-2.0
"""The command line: what it prints, what it reads, and that whatever goes wrong is one line and an exit code."""

import io
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from phonefsm.cli import main

US = '{"policy": {"default_region": "US"}}'
A = "415 555 0123"
READ_A = "I have 4 1 5, 5 5 5, 0 1 2 3. Is that right?"
TYPED = [
    US,
    json.dumps({"user": A, "modality": "text"}),
    json.dumps({"call": [{"name": "update_phone_number", "arguments": {"phone_number": A}}]}),
]


class Ran:
    """What a command left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def lines(self) -> list[str]:
        """The lines of standard output, without the blanks that pad them."""
        return [" ".join(line.split()) for line in self.out.splitlines()]


class Shell:
    """Runs ``phonefsm`` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str, piped: str | bytes = "") -> Ran:
        """Run it with ``piped`` as standard input."""
        raw = piped if isinstance(piped, bytes) else piped.encode()
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        code = main(arguments)
        return Ran(code, *self._capsys.readouterr())


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


def file(folder: Path, *lines: str) -> str:
    path = folder / "conversation.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def run(*arguments: str, stdout: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[bytes]:
    """Run Python itself, for what happens to a whole process."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, check=False)  # noqa: S603 - our own command


# chat


def test_a_piped_chat_reads_like_a_conversation(shell: Shell) -> None:
    ran = shell("chat", "--region", "US", piped=f"hold on\n{A}\n\nyes\n")
    assert ran.lines == [
        "agent What is your phone number?",
        "caller hold on",
        "agent Of course, take your time.",
        f"caller {A}",
        f"agent {READ_A}",
        "caller (silence)",
        f"agent Sorry, I did not hear anything. {READ_A}",
        "caller yes",
        "agent Thank you, I have your number.",
        "completed: +14155550123",
    ]
    assert (ran.code, ran.err) == (0, "")


def test_typed_chat_completes_at_once(shell: Shell) -> None:
    ran = shell("chat", "--region", "us", "--modality", "text", piped=f"{A} x89\n")
    assert ran.lines[-1] == "completed: +14155550123 ext. 89"


def test_a_chat_whose_input_ends_says_where_it_stands(shell: Shell) -> None:
    ran = shell("chat", "--region", "US", piped=A)
    assert (ran.code, ran.lines[-1]) == (0, "pending_confirmation: no number")


def test_a_chat_without_input_says_where_it_stands(shell: Shell) -> None:
    ran = shell("chat")
    assert (ran.code, ran.lines) == (0, ["agent What is your phone number?", "asking: no number"])


def test_a_chat_that_ends_reads_no_further(shell: Shell) -> None:
    ran = shell("chat", piped="get me a human\nhello?\n")
    assert ran.lines[-1] == "escalated: caller_asked"
    assert "hello?" not in ran.out


def test_slash_commands_press_keys_and_leave(shell: Shell) -> None:
    ran = shell("chat", "--region", "US", piped="/help\n/keys 4155550123#\n/quit\nhello?\n")
    assert "/keys 4155# presses keys" in ran.lines[2]
    assert ran.lines[4] == f"agent {READ_A}"
    assert ran.lines[-1] == "pending_confirmation: no number"


def test_trace_shows_calls_state_consent_and_evidence(shell: Shell) -> None:
    ran = shell("chat", "--region", "US", "--trace", piped="415\n555 0123\n")
    assert "reply extend_phone_number: recorded" in ran.lines
    assert "state=collecting consent=unread generation=0 part=415" in ran.lines
    assert ran.lines[-2] == (
        "state=pending_confirmation consent=read generation=1 number=+14155550123 "
        "heard=seen read_back=seen agreement=contradicted"
    )


def test_logs_do_not_mix_with_the_conversation(shell: Shell) -> None:
    assert "transition" not in shell("chat", "--region", "US", piped=f"{A}\nyes\n").out


def test_a_policy_file_sets_the_policy_and_region_goes_before_it(shell: Shell, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('default_region = "GB"\n[wording]\nask = "Your number?"\n', encoding="utf-8")
    ran = shell("chat", "--policy", str(policy), piped="020 7946 0958\nyes\n")
    assert (ran.lines[0], ran.lines[-1]) == ("agent Your number?", "completed: +442079460958")
    ran = shell("chat", "--policy", str(policy), "--region", "US", piped=f"{A}\nyes\n")
    assert (ran.lines[0], ran.lines[-1]) == ("agent Your number?", "completed: +14155550123")


def test_ctrl_c_leaves_with_a_newline_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "readline", interrupted)
    assert main(["chat"]) == 130
    assert capsys.readouterr() == ("agent   What is your phone number?\n\n", "")


def test_what_is_no_text_does_not_stop_a_chat(shell: Shell) -> None:
    ran = shell("chat", "--region", "US", piped=b"\xff\xfe \x1b[31m\n" + f"{A}\nyes\n".encode())
    assert ran.lines[-1] == "completed: +14155550123"
    assert "\x1b" not in ran.out


# replay


def test_replay_shows_the_conversation_and_its_end(shell: Shell, tmp_path: Path) -> None:
    ran = shell("replay", file(tmp_path, *TYPED))
    assert ran.lines == [
        "policy {'default_region': 'US'}",
        f"caller {A}",
        f"call update_phone_number {{'phone_number': '{A}'}}",
        "reply completed: Saved: +14155550123. The phone number is done; go on without asking for it again.",
        "completed: +14155550123",
    ]


def test_replay_json_is_one_line_and_nothing_else(shell: Shell, tmp_path: Path) -> None:
    (line,) = shell("replay", file(tmp_path, *TYPED), "--json").out.splitlines()
    result = json.loads(line)
    assert (result["state"], result["number"], result["generation"]) == ("completed", "+14155550123", 1)
    assert result["extension"] is result["reason"] is None
    assert [(reply["code"], reply["is_error"]) for reply in result["replies"]] == [("completed", False)]
    assert result["receipt"]["heard"] == "seen"
    assert result["consent"] == "unread"


def test_replay_reads_standard_input(shell: Shell) -> None:
    ran = shell("replay", "-", "--json", "--trace", piped="\n".join(TYPED))
    assert json.loads(ran.out.splitlines()[-1])["state"] == "completed"


def test_replay_trace_shows_the_host_s_replies_and_the_state(shell: Shell) -> None:
    lines = [
        US,
        '{"keys": "4155550123"}',
        '{"agent": "hm", "interrupted": null}',
        '{"silence": true}',
        '{"snapshot": true}',
    ]
    ran = shell("replay", "-", "--trace", piped="\n".join([*lines, '{"reopen": true}']))
    assert "agent hm [cut somewhere]" in ran.lines
    assert [line for line in ran.lines if line.startswith(("reply recorded", "reply no_input", "refused not_finished"))]
    assert ran.out.count("state=") == 6


@pytest.mark.parametrize("arguments", [["--json"], ["--trace"], []])
def test_what_a_terminal_would_act_on_is_not_shown(shell: Shell, arguments: list[str]) -> None:
    line = '{"user": "\\ud800 \\u001b[31m \\u202e [bold]x[/bold] :smile:"}'
    ran = shell("replay", "-", *arguments, piped=line)
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "--json" in arguments or "[bold]x[/bold] :smile:" in ran.out


# table, diagram and the rest


def test_table_and_diagram_are_printed(shell: Shell) -> None:
    assert "pending_confirmation" in shell("table").out
    assert isinstance(json.loads(shell("table", "--format", "json").out), dict)
    capture, consent = shell("diagram").out, shell("diagram", "--format", "mermaid", "--consent").out
    assert "asking" in capture
    assert "unread" in consent
    assert capture != consent


def test_a_diagram_is_written_to_a_file(shell: Shell, tmp_path: Path) -> None:
    target = tmp_path / "capture.mmd"
    ran = shell("diagram", "-o", str(target))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert target.read_text(encoding="utf-8") == shell("diagram").out


def test_version_and_help(shell: Shell) -> None:
    assert shell("--version").out == f"phonefsm {version('phonefsm')}\n"
    assert shell().out == shell("--help").out
    assert "/keys" in shell("chat", "--help").out


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["nosuch"], "nosuch"),
        (["--nosuch"], "--nosuch"),
        (["chat", "--region", "ZZ"], "default_region: "),
        (["chat", "--modality", "smell"], "--modality"),
        (["chat", "--policy", "nosuch.toml"], "nosuch.toml: No such file"),
        (["chat", "--policy", "."], ".: "),
        (["chat", "--policy", "wrong.toml"], "wrong.toml: limits.attempts: "),
        (["chat", "--policy", "damaged.toml"], "damaged.toml: not a TOML file: "),
        (["chat", "--policy", "deep.toml"], "deep"),
        (["replay"], "Missing argument"),
        (["replay", "nosuch.jsonl"], "nosuch.jsonl: No such file"),
        (["replay", "."], ".: "),
        (["replay", "wrong.jsonl"], "wrong.jsonl: line 3: user: "),
        (["replay", "wrong.jsonl", "--json", "--trace"], "line 3: user: "),
        (["replay", "latin.jsonl"], "line 1: not UTF-8"),
        (["replay", "policy.jsonl"], "line 1: default_region: "),
        (["table", "--format", "xml"], "--format"),
        (["diagram", "--format", "gif"], "--format"),
        (["diagram", "-o", "nosuch/capture.mmd"], "capture.mmd: No such file"),
        (["diagram", "-o", "."], ".: "),
    ],
)
def test_an_error_is_one_line_and_exit_code_2(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], cause: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.toml").write_text("[limits]\nattempts = -1\n", encoding="utf-8")
    Path("damaged.toml").write_text("limits = [", encoding="utf-8")
    Path("deep.toml").write_text(f"limits = {'[' * 100_000}", encoding="utf-8")
    Path("wrong.jsonl").write_text('{"user": "a"}\n\n{"user": 5}\n', encoding="utf-8")
    Path("latin.jsonl").write_bytes(b'{"user": "caf\xe9"}\n')
    Path("policy.jsonl").write_text('{"policy": {"default_region": "ZZ"}}\n', encoding="utf-8")
    ran = shell(*arguments)
    assert (ran.code, ran.out) == (2, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("phonefsm: ")
    assert cause in line


def test_without_the_extra_the_command_says_how_to_get_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("phonefsm.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "typer", None)
    ran = shell("chat")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "phonefsm: the command line needs typer: pip install 'phonefsm[cli]'\n"


def test_the_library_alone_imports_no_command_line() -> None:
    # structlog itself imports rich where it is installed, so rich is not asked after.
    check = "import sys, phonefsm; sys.exit(bool({'typer', 'phonefsm.cli'} & sys.modules.keys()))"
    assert run("-c", check).returncode == 0


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = run("-m", "phonefsm", "replay", file(tmp_path, *TYPED), stdout=writer)
    os.close(writer)
    assert ran.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        ran = run("-m", "phonefsm", "replay", "--json", file(tmp_path, *TYPED), stdout=full.fileno())
    assert ran.returncode == 2
    assert ran.stderr.startswith(b"phonefsm: output: ")
    assert ran.stderr.count(b"\n") == 1


def test_closed_streams_are_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert main(["chat"]) == 0
    assert main(["nosuch"]) == 2
