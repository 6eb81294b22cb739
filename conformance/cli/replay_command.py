"""``conformance replay``: sends again what shows a finding."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("replay")
@click.argument("file", metavar="RESULTS.jsonl", type=click.Path(path_type=Path))
@click.argument("what", metavar="CASE|REQUIREMENT|EXCHANGE")
@click.option(
    "--bank",
    "bank_file",
    metavar="BANK.yaml",
    type=click.Path(path_type=Path),
    help="The bank's file [default: the one of the run, here or beside the results].",
)
@click.option("--base-url", default="", metavar="URL", help="Where to send it instead.")
@click.option(
    "--bank-mutant", "mutant", default="", metavar="NAME", help="The embedded bank with one defect."
)
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(["writes", "intrusive"]),
    help="Admit requests that write or intrude; never on production.",
)
@click.option("--renew", is_flag=True, help="Another idempotency key, so that no kept answer comes.")
def command(
    file: Path,
    what: str,
    bank_file: Path | None,
    base_url: str,
    mutant: str,
    allow: tuple[str, ...],
    renew: bool,
) -> int:
    """Sends the exact bytes behind a finding once more, signed anew, and says whether the answer is the same.

    EXCHANGE is the number that a finding's card names; CASE or REQUIREMENT stands for all of its findings.
    Ends with 1 when an answer is the same as before, with 0 when all have changed, with 4 when none came or
    one says nothing. An answer that has changed is judged by a run of the case alone.
    """
    from conformance import replay, results
    from conformance.cli.targets import found_again
    from conformance.errors import Outcome
    from conformance.model import Plan
    from conformance.report.content.wording import one_line
    from conformance.session import open_session

    run = results.read(file)
    chosen = replay.wanted(run, what)
    same = unanswered = False
    with found_again(run.header.target, file, bank_file, base_url, mutant, allow) as target:
        for shown in chosen:
            replay.admitted(shown, target)
        with open_session(target, (), Plan((), (), 0, "")) as session:
            for shown in chosen:
                exchange = shown.exchange
                click.echo(f"{exchange.id}: {exchange.method} {one_line(exchange.url, 300)}")
                for case, finding in shown.findings:
                    click.echo(f"  case      {one_line(case)}")
                    click.echo(f"  expected  {one_line(finding.expected, 200)}")
                    click.echo(f"  then      {one_line(finding.actual, 200)}")
                try:
                    made = replay.sent(shown, run, session, renew=renew)
                except Outcome as outcome:
                    unanswered = True
                    click.echo(f"  now       no answer: {session.traffic.vault.text(outcome.reason)}")
                    continue
                same = same or not made.changes
                click.echo(f"  now       status {made.answer.status}")
                click.echo(
                    f"  {'changed   ' + one_line('; '.join(made.changes), 400) if made.changes else 'same'}"
                )
                why = replay.vain(shown, made, session)
                unanswered = unanswered or bool(why)
                if why:
                    click.echo(f"  in vain   {why}")
    return 1 if same else 4 if unanswered else 0
