"""The reverse question: who can learn this field, when, and what keeps others from it.

Rules:

* Asked of every situation there is, over the same formulas as proofs (``comity.policytools.encoding``): every
  grant that leads to the field in some situation, and the highest form. Casbin confirms each that is found.
* Of as many grants as there is time for: a situation as ordinary as can be, and every restriction that stands
  before the grant in some situation. Of others it is said that this was not looked at.
* Where that cannot be (no solver, words that cannot be encoded) situations are looked at, and every answer
  says of how many, and that this is a sample.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from comity.errors import StartError
from comity.policytools.both import FIELD, Both
from comity.policytools.explaining import Told
from comity.policytools.limits import Limit, TooLong
from comity.policytools.sampling import Situations, how_many
from comity.policytools.searching import Search
from comity.policytools.solver import any_of, negated
from comity.policytools.space import NotEncodable, widened
from comity.policytools.wording import FORMS, listed
from comity.rulings import Bundle, Form
from comity.rulings.anatomy import callables
from comity.rulings.columns import Verb
from comity.rulings.errors import MatcherFault
from comity.rulings.functions import ANY, FORM_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.policytools.both import Slice
    from comity.policytools.sampling import Around
    from comity.policytools.situations import Given
    from comity.rulings.columns import Row

# Rows about releases beyond which nothing is proved.
EXACT_ROWS_MAX: Final = 50_000
# How long it may take, in seconds of processor time: which grants lead to the field; what stands before each,
# and of how many grants that is looked at; looking at situations, where nothing can be proved.
WAYS_S: Final = 30.0
BEFORE_S: Final = 12.0
BEFORE_WAYS_MAX: Final = 60
# Of grants that are not looked at so closely, so many are named.
NAMED_MAX: Final = 20
SAMPLING_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Access:
    """One way to learn a field.

    Attributes:
        row: the grant.
        form: the highest form it leads to.
        unless: restrictions that stand before it in some situations.
        example: one situation in which the grant decides; where there is one, form and restrictions are
            proved over every situation there is, and nothing was counted.
        count: situations in which it decided, of those looked at.
        looked_at: situations looked at.
        there_are: situations around the grant; where that is more, those looked at were a sample.
        looked_before: whether it was looked at which restrictions stand before it; else there may be any.
    """

    row: Told
    form: Form
    unless: tuple[Told, ...]
    example: str = ""
    count: int = 0
    looked_at: int = 0
    there_are: int = 0
    looked_before: bool = True

    @property
    def sentence(self) -> str:
        """For people."""
        most = "" if self.example or self.looked_at else " at most, if at all"
        told = f"{FORMS[self.form]}{most}, {self.row.when}: {self.row.id} ({self.row.law})."
        return told[0].upper() + told[1:]

    @property
    def certainty(self) -> str:
        """What this rests on."""
        unless = "" if self.looked_before else " What stands before it was not looked at."
        if self.example:
            return f"Of all situations there are; for example {self.example}.{unless}"
        if not self.looked_at:
            return "Not looked at, because there was no time for it."
        return f"Decided in {self.count:,} of {how_many(self.looked_at, self.there_are)}."


Progress = Callable[[str], None]


def who_can(
    bundle: Bundle, path: str, given: Given, *, progress: Progress = lambda _: None
) -> list[Access]:
    """Every grant that leads to this field in some situation, the highest form first. Blocking.

    Args:
        bundle: the law.
        path: the field.
        given: what an ordinary situation looks like.
        progress: is told what is being looked at.
    """
    try:
        found = list(_exactly(bundle, path, given, progress))
    except (NotEncodable, MatcherFault, StartError):
        found = list(_sampled(bundle, path, given, progress))
    return sorted(found, key=_highest_first)


def not_looked_before(found: Iterable[Access]) -> Iterator[str]:
    """Of grants of which there was no time to look at what stands before them: which, by their forms."""
    alike: dict[tuple[Form, bool], list[str]] = defaultdict(list)
    for one in found:
        if not one.looked_before:
            alike[one.form, bool(one.example)].append(one.row.id)
    for (form, proved), names in alike.items():
        told = names[:NAMED_MAX]
        told += [f"{len(names) - NAMED_MAX:,} others"] if len(names) > NAMED_MAX else []
        what = "leads" if len(names) == 1 else "lead"
        does = f"{what} to it {FORMS[form]}"
        if not proved:
            does = f"may lead to it, {FORMS[form]} at most; there was no time to look whether, nor"
        else:
            does += "; it was not looked at"
        yield f"{listed(told, 'and')} {does} what stands before {'it' if len(names) == 1 else 'them'}."


def _highest_first(one: Access) -> tuple[int, str]:
    return -one.form, one.row.id


def _grants(bundle: Bundle, path: str) -> Iterator[Row]:
    """Grants that speak of a field."""
    called = callables(bundle.law.links)
    for row in bundle.law.rows[Verb.RELEASE]:
        field = row.cells["field"]
        if row.cells["effect"] == "allow" and (field == ANY or called["g4"](path, field)):
            yield row


def _restricts(row: Row) -> bool:
    return row.cells["effect"] == "deny" and row.cells["tier"] != "default"


def _exactly(bundle: Bundle, path: str, given: Given, progress: Progress) -> Iterator[Access]:
    """The same for every situation there is.

    Raises:
        NotEncodable: it cannot be said of all, or Casbin says otherwise.
        StartError: no solver is installed.
    """
    if len(bundle.law.rows[Verb.RELEASE]) > EXACT_ROWS_MAX:
        raise NotEncodable("too many rows")
    ways = _Ways(bundle, path, given)
    grants = {row.id: row for row in _grants(bundle, path)}
    found = sorted(ways.found(list(grants.values()), progress), key=_highest_first)
    limit = Limit(BEFORE_S)
    for number, one in enumerate(found):
        try:
            if number >= BEFORE_WAYS_MAX or not one.example:
                raise limit.over()
            progress(f"what stands before {one.row.id}")
            yield ways.before(one, grants[one.row.id], limit)
        except TooLong:
            yield one


class _Ways:
    """Grants that lead to one field."""

    def __init__(self, bundle: Bundle, path: str, given: Given) -> None:
        self._path = path
        self._law = bundle.law
        self._limit = Limit(WAYS_S)
        self._both = Both(bundle.law, bundle.law, Verb.RELEASE, given, self._limit)
        self._about = self._both.near.along(FIELD, path)

    def found(self, grants: list[Row], progress: Progress) -> Iterator[Access]:
        """Each with its highest form and some situation; those that there was no time for without one."""
        done = 0
        try:
            part = self._both.slice(self._about, [self._path])
            search = Search(part.theory)
            firsts = self._firsts(part, search, {row.id for row in grants})
            for row in grants:
                progress(f"grant {done + 1:,} of {len(grants):,}")
                way = self._way(part, search, row, firsts[row.id])
                done += 1
                if way is not None:
                    yield way
        except TooLong:
            for row in grants[done:]:
                most = FORM_WORDS[row.cells["form"].removeprefix("<=")]
                yield Access(Told.of(row), most, (), looked_before=False)

    @staticmethod
    def _firsts(part: Slice, search: Search, chosen: set[str]) -> dict[str, tuple[Any, Any]]:
        """When some rows are each the first that fits: it fits, and none before it does."""
        encoding, reading = part.theory.encoding, part.theory.reading
        before: Any = False
        firsts = {}
        for row in part.now:
            fits = encoding.match(row, reading)
            if row.id in chosen:
                fits, before = search.named(fits), search.named(before)
                firsts[row.id] = (fits, negated(before))
            before = any_of((before, fits))
        return firsts

    def _way(self, part: Slice, search: Search, row: Row, first: tuple[Any, Any]) -> Access | None:
        forms = part.theory.reading.words["r_form"]
        for form in sorted(Form, reverse=True)[:-1]:
            word = form.name.lower()
            if word == "generalised" and self._path not in self._law.how:
                continue  # nobody could make it coarser
            found = search.where(*first, forms[word])
            if found is not None:
                example = self._confirmed(part, row, found)
                return Access(Told.of(row), form, (), example, looked_before=False)
        return None

    def _confirmed(self, part: Slice, row: Row, found: Mapping[str, Any]) -> str:
        if self._both.casbin(found)[1] != (True, row.id):
            raise NotEncodable("Casbin does not confirm what the grant leads to")
        return part.theory.told(found).removesuffix(":")

    def before(self, one: Access, row: Row, limit: Limit) -> Access:
        """The same with an ordinary situation, and with what stands before the grant in some other."""
        near = self._both.near
        until = (near.places((row,)) << 1) - 1  # what comes later does not matter
        bits = near.of(row) & self._about & until
        part = self._both.slice(bits, [self._path], limit=limit)
        theory = part.theory
        first = theory.encoding.first(row, theory.reading, part.now)
        form = theory.reading.words["r_form"][one.form.name.lower()]
        found = Search(theory).ordinary(first, form)
        if found is None:
            raise NotEncodable("rows near a grant say otherwise than all rows")
        rows = self._restrictions(part, row)
        example = self._confirmed(part, row, found)
        return replace(one, example=example, unless=tuple(map(Told.of, rows)), looked_before=True)

    def _restrictions(self, part: Slice, row: Row) -> list[Row]:
        """Restrictions that decide, in some situation, where a grant fits."""
        theory = part.theory
        search = Search(theory)
        grant = search.named(theory.encoding.match(row, theory.reading))
        restrictions = {one.id: one for one in part.now if _restricts(one)}
        found = []
        for name, first in self._firsts(part, search, set(restrictions)).items():
            situation = search.where(grant, *first)
            if situation is None:
                continue
            if self._both.casbin(situation)[1] != (False, name):
                raise NotEncodable("Casbin does not confirm what stands before the grant")
            found.append(restrictions[name])
        return sorted(found, key=lambda one: one.id)


def _sampled(bundle: Bundle, path: str, given: Given, progress: Progress) -> Iterator[Access]:
    """The same for situations that were looked at."""
    wide = Bundle(widened(bundle.law))
    situations, kinds = Situations(wide.law, given), [path.partition(".")[0]]
    limit = Limit(SAMPLING_S)
    for row in _grants(wide, path):
        progress(row.id)
        try:
            access = _access(wide, row, path, situations.around(row, kinds), limit)
        except TooLong:
            most = FORM_WORDS[row.cells["form"].removeprefix("<=")]
            access = Access(Told.of(row), most, (), looked_before=False)
        if access is not None:
            yield access


def _access(bundle: Bundle, row: Row, path: str, around: Around, limit: Limit) -> Access | None:
    best, count, before = Form.NOTHING, 0, set()
    granted = FORM_WORDS[row.cells["form"].removeprefix("<=")]
    for one in around.looked_at:
        limit.look()
        ruling = bundle.mask(one.request, one.labels).get(path)
        if ruling is None:
            continue
        if ruling.row == row.id:
            count += 1
            best = max(best, ruling.form)
        if ruling.form < granted:
            before.add(ruling.capped_by or ruling.row)
    if not count:
        return None
    unless = [bundle.rows[name] for name in sorted(before) if name in bundle.rows]
    return Access(
        row=Told.of(row),
        form=best,
        unless=tuple(Told.of(one) for one in unless if _restricts(one)),
        count=count,
        looked_at=len(around.looked_at),
        there_are=around.there_are,
    )
