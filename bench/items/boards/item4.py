"""Every board drawn from a real run, in a browser, into docs/pictures. An approximation: Grafana can't be had here."""

import pathlib
import tempfile

from lib import grafana, programs, showcase
from lib.draw import page

TITLE = "boards: pictures from real data (an approximation, not Grafana)"
PICTURES = programs.ROOT / "docs" / "pictures"
SHOWN_WITH = {"soak": "soak", "stress": "stress", "generator": "stress"}
MOST_KB = 200


def prove(sheet, options):
    chromium, version = programs.server("chromium")
    sheet.used("chromium", version)
    # As long as a run that explains itself: quick ones are for counts. They are drawn, too, and kept nowhere.
    with showcase.stores([showcase.prometheus_native]) as (store,), tempfile.TemporaryDirectory() as folder:
        sheet.used("prometheus", store.server.version)
        shown = [showcase.run(profile, [store], options.quick) for profile in ("soak", "spike", "spike", "stress")]
        into = pathlib.Path(folder) if options.quick else PICTURES
        into.mkdir(parents=True, exist_ok=True)
        for board in grafana.boards("prometheus"):
            picture = into / f"{board.topic}.png"
            draw(board, store, shown, chromium, folder, picture)
            size = picture.stat().st_size / 1000
            sheet.holds(f"{board.topic}.png is small enough to be kept", 5 < size < MOST_KB, f"{size:.0f} kB")


def draw(board, store, shown, chromium, folder, picture):
    profile = SHOWN_WITH.get(board.topic, "spike")
    one = next(other for other in reversed(shown) if other.profile == profile)
    base = next(other for other in shown if other.profile == profile)
    window = one.window
    if board.topic == "runs":
        window = grafana.Window(shown[0].window.start, shown[-1].window.end)
    asked = showcase.look(board, store, window, one.run_id, base.run_id)
    markup, height = page.of(asked, f"bench/profiles/{profile}.yaml")
    page.photograph(chromium, markup, height, folder, picture)
