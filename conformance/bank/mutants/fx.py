"""Defects of exchange rates."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.edits import drop, nth, only_in, put, swap, where
from conformance.bank.products.policy import Row

FX = "other.fx-rate"


@mutant("fx.buy_not_above_sell")
def fx_buy_and_sell_swapped(policy: Policy) -> Policy:
    """Buying and selling rates of every currency have changed places."""
    return policy.edit_rows(FX, swap("buy", "sell"))


@mutant("fx.buy_not_above_sell")
def fx_one_pair_swapped(policy: Policy) -> Policy:
    """Buying and selling rates of the Japanese yen have changed places."""
    return policy.edit_rows(FX, where("currency", "JPY", swap("buy", "sell")))


@mutant("fx.prices_are_positive")
def fx_zero_for_no_quote(policy: Policy) -> Policy:
    """A currency that the bank does not sell is quoted at zero."""
    return policy.edit_list(FX, nth(3, put("sell", "0.0000")))


@mutant("fx.spread_is_plausible")
def fx_sold_at_twice_the_price(policy: Policy) -> Policy:
    """The Singapore dollar is sold for twice what it is bought for."""
    return policy.edit_rows(FX, where("currency", "SGD", put("sell", "11.8412")))


@mutant("fx.prices_not_negative")
def fx_rate_below_zero(policy: Policy) -> Policy:
    """A buying rate has a minus sign before it."""
    return policy.edit_list(FX, nth(3, put("buy", "-5.0512")))


@mutant("fx.timestamp_present")
def fx_without_time(policy: Policy) -> Policy:
    """No exchange rate says when it was set."""
    return policy.edit_rows(FX, drop("last_updated"))


@mutant("product.not_updated_in_the_future")
def fx_local_time_as_utc(policy: Policy) -> Policy:
    """The times of exchange rates are Hong Kong's, labelled as UTC: eight hours ahead."""
    return policy.evolve("products.fx_age", -8 * 3600)


@mutant("fx.timestamp_fresh")
def fx_stale(policy: Policy) -> Policy:
    """Exchange rates are thirty days old."""
    return policy.evolve("products.fx_age", 30 * 86400)


@mutant("fx.unit_is_positive")
def fx_unit_zero(policy: Policy) -> Policy:
    """The Japanese yen is quoted per nothing."""
    return policy.edit_rows(FX, where("currency", "JPY", put("unit", "0")))


@mutant("fx.base_differs_from_currency")
def fx_base_is_currency(policy: Policy) -> Policy:
    """The euro is quoted in euros."""
    return policy.edit_rows(FX, where("currency", "EUR", put("base", "EUR")))


@mutant("fx.magnitude_is_plausible")
def fx_per_hundred_unsaid(policy: Policy) -> Policy:
    """The Japanese yen is quoted per hundred without saying so."""
    return policy.edit_rows(FX, where("currency", "JPY", drop("unit")))


@mutant("fx.magnitude_is_plausible")
def fx_inverse(policy: Policy) -> Policy:
    """The US dollar is quoted as dollars for one Hong Kong dollar."""

    def inverse(row: Row, _: str) -> Row:
        return row | {"buy": "0.12800", "sell": "0.12850"}

    return policy.edit_rows(FX, where("currency", "USD", inverse))


@mutant("fx.one_rate_for_each_currency")
def fx_two_rates(policy: Policy) -> Policy:
    """The first currency is listed with two different rates of one kind."""

    def doubled(rows: list[Row], _: str) -> list[Row]:
        return [*rows, {**rows[0], "buy": "7.70000", "sell": "7.90000"}]

    return policy.edit_list(FX, doubled)


@mutant("fx.transfer_spread_within_note_spread")
def fx_kinds_swapped(policy: Policy) -> Policy:
    """Rates for banknotes and for telegraphic transfers have changed places."""
    kinds = {"tt": "note", "note": "tt"}

    def swapped(row: Row, _: str) -> Row:
        kind = row.get("rate_type", "")
        return row | {"rate_type": kinds.get(kind, kind)}

    return policy.edit_rows(FX, swapped)


@mutant("fx.magnitude_is_plausible")
def fx_point_misplaced(policy: Policy) -> Policy:
    """The decimal point of what is paid for one euro stands a place too far left."""
    return policy.edit_rows(FX, where("currency", "EUR", put("buy", "0.89120")))


@mutant("fx.timestamp_fresh")
def fx_one_rate_forgotten(policy: Policy) -> Policy:
    """The rates of the last currency have not been set since the first day of 2024."""
    return policy.edit_list(FX, nth(-1, put("last_updated", "2024-01-01T09:00:00+08:00")))


@mutant("fx.timestamp_fresh")
def fx_stale_in_chinese(policy: Policy) -> Policy:
    """Rates are as old as the first day of 2024 where they are asked for in Traditional Chinese."""
    return policy.edit_rows(FX, only_in("tc", put("last_updated", "2024-01-01T09:00:00+08:00")))
