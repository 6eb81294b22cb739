"""Sequences: found by seed, made short, within a budget."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.generate.sequence import Broken, Search, Step

KINDS = ("a", "b", "c")


class Bank:
    """Breaks when ``b`` comes after ``a`` with ``c`` between them."""

    def __init__(self) -> None:
        self.requests = 0
        self.sequences: list[tuple[Step, ...]] = []

    def play(self, sequence: Sequence[Step]) -> None:
        self.sequences.append(tuple(sequence))
        seen = ""
        for kind, _ in sequence:
            self.requests += 1
            seen += kind
            if "a" in seen and "c" in seen[seen.index("a") :] and kind == "b":
                raise Broken("no b", "b")


def search(bank: Bank, budget: int = 2000, seed: int = 1) -> Search:
    return Search(KINDS, ("a", 0), bank.play, lambda: bank.requests, budget, seed)


def test_a_breaking_sequence_is_found_and_made_as_short_as_can_be() -> None:
    found = search(Bank()).run()
    assert found is not None
    assert [kind for kind, _ in found[0]] == ["a", "c", "b"]


def test_the_same_seed_plays_the_same_sequences() -> None:
    one, two = Bank(), Bank()
    search(one).run()
    search(two).run()
    assert one.sequences == two.sequences


def test_no_sequence_is_played_twice() -> None:
    bank = Bank()
    search(bank).run()
    assert len(set(bank.sequences)) == len(bank.sequences)


def test_the_search_keeps_to_its_budget() -> None:
    class Right(Bank):
        def play(self, sequence: Sequence[Step]) -> None:
            self.requests += len(sequence)

    bank = Right()
    assert search(bank, budget=50).run() is None
    assert bank.requests < 50 + 10
