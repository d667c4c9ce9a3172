"""What an ordinary situation is like, so that examples are: as is taken for granted, else nothing special."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comity.policytools.solver import all_of, any_of, negated
from comity.rulings import APPROVALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.policytools.readings import Reading
    from comity.policytools.situations import Given

# A matcher's word for an attribute that a context calls otherwise.
CALLED: Final = {"sought": "subject_category", "entity": "entity_type"}


class Ordinary:
    """Ordinary situations of one reading.

    Args:
        reading: its words, free.
        sets: words of which a situation has any number.
        given: what is taken for granted.
    """

    __slots__ = ("_given", "_sets", "_words")

    def __init__(self, reading: Reading, sets: Iterable[str], given: Given) -> None:
        self._words = reading.words
        self._sets = frozenset(sets)
        self._given = given

    def wishes(self) -> list[Any]:
        """What an ordinary situation is like, word by word; not all of it goes with everything."""
        return [one for name, choice in self._words.items() for one in self._usual(name, choice)]

    def is_usual_record(self, path: str) -> bool:
        """Whether a field is one of the kind of record that is taken for granted."""
        return path.partition(".")[0] == self._given.words.get("record", {}).get("entity_type")

    def as_granted(self, found: Mapping[str, Any]) -> dict[str, int | None]:
        """Numbers of a situation that stand for what is taken for granted, as they are written there."""
        return {
            name: self._granted(name)
            for name, choice in self._words.items()
            if ".facts." in name
            and found[name] is not None
            and found[name] == self._usual_fact(name, choice)
        }

    def _usual(self, name: str, choice: Mapping[Any, Any]) -> list[Any]:
        if name in self._sets:
            return [negated(said) for said in choice.values()]
        if ".facts." in name and None in choice:
            return [choice[self._usual_fact(name, choice)]]
        attribute = name.partition(".")[2] or name
        attribute = CALLED.get(attribute, attribute)
        known = [table[attribute] for table in self._given.words.values() if attribute in table]
        if attribute == "approval":  # the weakest that will do
            levels = [choice[one] for one in APPROVALS if one in choice]
            return [any_of(levels[:most]) for most in range(len(levels) - 1, 0, -1)]
        if attribute == "r_form":
            known = ["full"]
        if name.endswith("end_user_country"):
            own = self._words["r_req.country"]
            return [any_of(all_of((own[one], said)) for one, said in choice.items())]
        if attribute == "today":
            known = sorted(choice, reverse=True)[:1]
        return [choice[word] for word in known if word in choice]

    def _usual_fact(self, name: str, choice: Iterable[Any]) -> Any:
        """Of a number that is taken for granted, the value that stands for it; else nobody knows."""
        granted = self._granted(name)
        values = sorted(one for one in choice if isinstance(one, int) and not isinstance(one, bool))
        if granted is None or not values:
            return None
        return max((one for one in values if one <= granted), default=values[0])

    def _granted(self, name: str) -> int | None:
        """A number that is taken for granted where nothing else is said."""
        word = self._given.words.get("request", {}).get(name.rpartition(".")[2])
        return word if isinstance(word, int) and not isinstance(word, bool) else None
