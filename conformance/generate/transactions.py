"""Payments as a state machine beside a model ledger: steps in any order, and what must hold after each.

A consent pays once, under whichever keys and at whatever moment; one that was revoked, or that its customer
has not allowed yet, pays nothing; what was paid is answered again for its key; no status goes back, and what
was cancelled stays so; and the accounts hold what they held less what was paid.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable, Outcome
from conformance.oauth.consent import consent_request
from conformance.writing import calendar
from conformance.writing.agreement import Agreed, Payment
from conformance.writing.payments import Payments
from conformance.writing.rules import DayRules

AT_ONCE = 3
PATIENCE = (0.25, 1.0, 4.0)
"""Seconds between looks at accounts that do not hold yet what they should."""
FINAL = ("completed", "rejected", "cancelled")
RANK = {"accepted": 1, "scheduled": 1, "processing": 2, **dict.fromkeys(FINAL, 3)}


@dataclass(frozen=True, slots=True)
class Breach:
    """What did not hold, after which steps."""

    expected: str
    actual: str
    steps: tuple[str, ...]
    exchange: int | None = None


@dataclass
class Order:
    """One consent in the model, and the payment that it has made."""

    agreed: Agreed
    key: str
    later: bool = False
    revoked: bool = False
    payment: Payment | None = None
    status: str = ""
    rank: int = 0


@dataclass
class World:
    """The model of one run of the machine. Nothing is done any more once something did not hold."""

    payments: Payments
    function: str
    orders: list[Order] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    breach: Breach | None = None
    outcome: Outcome | None = None
    began: Decimal | None = None
    customer: int = 0
    day: str = ""

    @property
    def over(self) -> bool:
        return self.breach is not None or self.outcome is not None

    def breached(self, expected: str, actual: str, answer: Answer | None = None) -> None:
        if self.breach is None:
            self.breach = Breach(expected, actual, tuple(self.steps), answer.exchange if answer else None)

    def attempt(self, name: str, step: Callable[[], None]) -> None:
        """Takes a step, unless the run is over; what the bank kept from being shown ends it."""
        if self.over:
            return
        self.steps.append(name)
        try:
            step()
        except Outcome as outcome:
            self.outcome = outcome

    # Steps.

    def agree(self) -> None:
        self.orders.append(
            Order(self.payments.agreed(self.function, customer=self.customer), self.payments.key())
        )

    def cancel_later(self) -> None:
        """An order for a later day, cancelled before it comes, so that it moves nothing."""
        instruction = self.payments.instruction(self.function, execution_date=self.day)
        agreed = self.payments.agreed(self.function, instruction, customer=self.customer)
        order = Order(agreed, self.payments.key(), later=True)
        self.orders.append(order)
        self.pay(order, order.key)
        asked = self.payments.settings.cancel
        if asked is not None and order.payment is not None and self.payments.ask(asked, order.payment.id).ok:
            self.payments.cleaned(order.payment)
            order.status = "cancelled"
            self.look(order)

    def pay_unasked(self) -> None:
        """Gives an instruction whose customer was not asked, with the TSP's own token."""
        payments, client = self.payments, self.payments.access.client
        instruction = payments.instruction(self.function)
        consent = payments.awaiting(self.function, instruction)
        own = payments.own(payments.rule.scope)
        answer = payments.sent(Agreed(self.function, instruction, own, consent, client))
        if answer.ok:
            self.breached("no payment that its customer has not allowed", f"status {answer.status}", answer)

    def pay(self, order: Order, key: str) -> None:
        """Sends a right instruction; under the order's own key it is the same, however often it is sent."""
        self.judge(order, key, self.payments.sent(order.agreed, key=key))

    def lose(self, order: Order) -> None:
        """Sends and does not look at the answer, as after a lost connection; then sends again."""
        self.payments.sent(order.agreed, key=order.key)
        self.pay(order, order.key)

    def pay_at_once(self, order: Order, keys: list[str]) -> None:
        with ThreadPoolExecutor(len(keys)) as pool:
            sent = [pool.submit(self.payments.sent, order.agreed, key=key) for key in keys]
            answers = [each.result() for each in sent]
        for key, answer in sorted(zip(keys, answers, strict=True), key=lambda pair: not pair[1].ok):
            if answer.ok or order.payment is None:
                if answer.ok and order.payment is None:
                    order.key = key
                self.judge(order, key, answer)

    def revoke(self, order: Order) -> None:
        """Revokes the consent and tries to pay with it, or asks again for what it has paid."""
        asked = self.payments.rule.revoke
        if asked is None:
            return
        request = consent_request(self.payments.access, asked, {"consent_id": order.agreed.consent})
        tokens = self.payments.own(self.payments.rule.scope)
        order.revoked = self.payments.access.call(tokens, request).ok
        self.pay(order, order.key)

    def look(self, order: Order) -> None:
        """Asks what became of a payment, and compares with what it was before."""
        if order.payment is None:
            return
        status = self.payments.standing(order.payment).text("status") or ""
        rank = RANK.get(status, order.rank)
        if rank < order.rank:
            self.breached("a status that moves forward", status)
        elif order.status in FINAL and status in FINAL and status != order.status:
            self.breached(f"{order.status} for good", status)
        order.rank, order.status = max(rank, order.rank), status

    def judge(self, order: Order, key: str, answer: Answer) -> None:
        """Compares an answer with the model, which takes up what is new."""
        made = order.payment
        if answer.ok:
            identifier = self.payments.identifier(answer, self.payments.operation(self.function))
            if made is None and order.revoked:
                self.breached("no payment with a revoked consent", f"status {answer.status}", answer)
            elif made is None:
                order.payment = self.payments.payment(order.agreed, answer, key)
                order.key = key
            elif key != order.key:
                self.breached("one payment for a consent", f"another, {identifier}", answer)
            elif identifier != made.id:
                self.breached(f"payment {made.id} again", f"payment {identifier}", answer)
        elif made is not None and key == order.key and not order.revoked and answer.status < 500:
            self.breached(f"payment {made.id} again for its key", f"status {answer.status}", answer)
        elif made is None and not order.revoked and answer.status not in (409, 425, 429, 503):
            self.breached("a payment that its customer has allowed", f"status {answer.status}", answer)

    def balance(self) -> None:
        """Compares the accounts with the model."""
        if self.over or self.began is None:
            return
        for pause in (*PATIENCE, 0.0):  # a bank may carry out later what it has taken, when it is asked
            paid, moved = self.expected(), self.began - self.payments.funds(self.currency, self.customer)
            if moved == paid:
                return
            if pause:
                self.payments.access.tsp.wait(pause)
        self.breached(f"{paid} less on the customer's accounts", f"{moved} less")

    @property
    def currency(self) -> str:
        return self.payments.settings.currency

    def expected(self) -> Decimal:
        """What the payments that are made charge together; a bank that takes first may reject one later."""
        total = Decimal(0)
        for order in self.orders:
            if order.payment is not None and not order.later:
                status = self.payments.standing(order.payment).text("status")
                kept = status not in ("rejected", "failed")
                total += Decimal(str(order.agreed.instruction["amount"])) if kept else 0
        return total


def funds(payments: Payments, customer: int) -> Decimal | None:
    """What a customer's accounts hold; None where the bank does not tell it."""
    try:
        return payments.funds(payments.settings.currency, customer)
    except (NotApplicable, Inconclusive):
        return None


def later(payments: Payments, function: str) -> str:
    """A day to come for which the bank takes a payment; empty where it takes none."""
    today = calendar.moment(payments.access.now()).date()
    day = calendar.business_after(today, payments.settings.days or DayRules(), 5).isoformat()
    try:
        payments.knows(function, "execution_date")
        taken = payments.proposed(function, payments.instruction(function, execution_date=day)).ok
    except Outcome:
        taken = False
    return day if taken and payments.settings.consent is not None else ""


def explored(payments: Payments, function: str, seed: int, *, runs: int, steps: int) -> Breach | None:
    """The first breach in ``runs`` sequences of up to ``steps`` steps; raises what kept it from being shown.

    The accounts of the second customer are charged, which no other check touches; without a second customer
    it is the first one's, whose balances are not compared.
    """
    # Imported late: it costs a fifth of a second and ten megabytes, and most runs do not get here.
    from hypothesis import HealthCheck, Phase, Verbosity, settings
    from hypothesis import seed as seeded
    from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

    worlds: list[World] = []
    day = later(payments, function)
    customer = 1 if len(payments.access.configured.customers) > 1 else 0

    class Machine(RuleBasedStateMachine):
        """One sequence of steps."""

        @initialize()
        def begin(self) -> None:
            self.world = World(payments, function, customer=customer, day=day)
            worlds.append(self.world)
            if any(world.over for world in worlds):
                self.world.outcome = NotApplicable("an earlier sequence has shown enough")
                return
            if customer:
                self.world.began = funds(payments, customer)
            self.world.attempt("agree", self.world.agree)

        # No rule has a precondition: what a bank answers in a race may differ from one time to the next, and
        # hypothesis takes a rule that comes and goes for a fault of the machine.

        def step(self, name: str, take: Callable[[World, Order], None]) -> None:
            """Takes a step with the latest order, where there is one."""
            if self.world.orders:
                self.world.attempt(name, lambda: take(self.world, self.world.orders[-1]))

        @rule()
        def agree(self) -> None:
            if sum(not order.later for order in self.world.orders) < 2:
                self.world.attempt("agree", self.world.agree)

        @rule()
        def cancel_later(self) -> None:
            if day and not any(order.later for order in self.world.orders):
                self.world.attempt("pay for a later day and cancel", self.world.cancel_later)

        @rule()
        def pay_unasked(self) -> None:
            if payments.settings.consent is not None:
                self.world.attempt("pay before the customer allows it", self.world.pay_unasked)

        @rule()
        def pay(self) -> None:
            self.step("pay", lambda world, order: world.pay(order, order.key))

        @rule()
        def pay_under_another_key(self) -> None:
            self.step("pay under another key", lambda world, order: world.pay(order, payments.key()))

        @rule()
        def lose_the_answer(self) -> None:
            self.step("lose the answer and pay again", lambda world, order: world.lose(order))

        @rule()
        def pay_at_once(self) -> None:
            self.step("pay at once", lambda world, order: world.pay_at_once(order, [order.key] * AT_ONCE))

        @rule()
        def pay_at_once_under_other_keys(self) -> None:
            if self.world.orders and self.world.orders[-1].payment is None:
                keys = [payments.key() for _ in range(AT_ONCE)]
                self.step("pay at once under other keys", lambda world, order: world.pay_at_once(order, keys))

        @rule()
        def revoke(self) -> None:
            self.step("revoke and pay", lambda world, order: world.revoke(order))

        @rule()
        def look(self) -> None:
            self.step("look", lambda world, order: world.look(order))

        def teardown(self) -> None:
            if hasattr(self, "world"):
                self.world.attempt("balance", self.world.balance)

    case = Machine.TestCase
    case.settings = settings(
        max_examples=runs,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    seeded(seed)(Machine)  # hypothesis looks for it there, and not at the test case
    with payments.undisturbed():
        case().runTest()
    breach = next((world.breach for world in worlds if world.breach), None)
    outcome = next((world.outcome for world in worlds if world.outcome), None)
    if breach is None and outcome is not None:
        raise outcome
    return breach
