"""exports:1 and exports:2 by OTLP into VictoriaMetrics: the store is away, hung, and the run is killed meanwhile."""

from items.exports import outage as outages
from items.exports import crash as crashes
from lib import outage, stores

TITLE = "OTLP: an outage or a crash leaves no hole"
KINDS = [stores.VictoriaOtlp]


def prove(sheet, options):
    plan, rows = outage.plan(options), []
    hows = ("gone", "hung") if options.quick else ("calm", "gone", "hung", "calm")
    runs = [(how, outages.run(sheet, outages.half(plan) if how == "calm" else plan, KINDS, how, rows)) for how in hows]
    if not options.quick:
        outages.undisturbed(sheet, KINDS[0].name, runs)
    sheet.table(outages.HEADINGS, rows)
    with stores.started(*KINDS) as those:
        sheet.table(crashes.HEADINGS, crashes.crash_and_replay(sheet, plan, those))
