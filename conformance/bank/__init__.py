"""The reference bank: one WSGI application over a frozen Policy, conformant by default, and its mutants.

Run it. `Bank()` is the WSGI callable, for `werkzeug.test.Client(Bank())` or any in-memory transport.
`Bank(policy, clock=lambda: 1767236400.0, seed=7)` fixes the time and varies the data. Over real TLS:

    tls = Tls.fresh("optional")                     # conformance.bank.tls; none, optional, required
    with serve(Bank(), tls=tls) as url: ...         # conformance.bank.serve; trust tls.authority.certificate
    tls.client()                                    # a client certificate and key, PEM
    replace(tls, maximum=ssl.TLSVersion.TLSv1_2)    # versions, suites, ALPN, identity are fields

Break it. A module conformance/bank/mutants/<topic>.py holds functions; the docstring is the summary:

    @mutant("product.buy_not_above_sell")           # the checks that must kill it
    def fx_buy_and_sell_swapped(policy: Policy) -> Policy:
        \"\"\"Buy and sell rates of every currency change places.\"\"\"
        return policy.edit_rows("other.fx-rate", swap("buy", "sell"))

    @mutant("http.complete_body")                   # a parameter named `app` makes it a fault of the wire
    def truncated_json(app: WSGIApplication) -> WSGIApplication:
        \"\"\"Bodies end early.\"\"\"
        return rewritten(app, lambda sent, environ: replace(sent, body=sent.body[:-9]))

- `policy.evolve("http.etag", "changes")` changes one decision: see HttpPolicy (http_policy.py) for statuses,
  error bodies, methods, headers and caching, ProductPolicy (products/policy.py) for access, language, paging,
  filters and availability. A wrong name is an AttributeError that lists the right ones. Calls can be chained.
- `policy.edit_rows("deposits.*", edit)` changes each row just before the wire, on the list and on its detail
  path; `policy.edit_list("other.atm", edit)` changes the whole list before filters and paging.
- products/edits.py makes edits: put, change, drop, rename, swap, append, add, multiply, shift,
  as_number, as_text for rows; only_in("tc", …) and where("currency", "JPY", …) narrow one; nth,
  every, without, twice, first, rows_only_in for lists. A lambda `(row, language) -> row` does the rest.
- Refusal(status, code, message) raised in any handler becomes the error body of the policy in force.

`all_mutants()` gives them all; `Mutant.apply(policy, Bank)` gives the faulty WSGI application.
Add a service: a class with `routes()`, its frozen policy as a part of Policy, one entry in app.SERVICES; its
memory is `bank.state.of(Store)`, its time `bank.now()`.
"""
