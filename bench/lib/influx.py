"""A throw-away InfluxDB 1.6: line protocol in, InfluxQL out."""

import json
import urllib.parse
import urllib.request

from lib import ports
from lib.server import Server

CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{dir}/meta"
[data]
  dir = "{dir}/data"
  wal-dir = "{dir}/wal"
  query-log-enabled = false
  cache-max-memory-size = 4294967296
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
  max-body-size = 67108864
[logging]
  level = "warn"
"""


class InfluxDB(Server):
    READY = "/ping"

    def __init__(self, database="bench", start=True):
        self.database = database
        self._rpc = ports.free_port()
        super().__init__("influxdb", start=False)
        (self.dir / "influxdb.conf").write_text(CONFIG.format(dir=self.dir, port=self.port, rpc=self._rpc))
        if start:
            self.start()

    def flags(self):
        return ["-config", self.dir / "influxdb.conf"]

    def start(self):
        super().start()
        self.order(f'CREATE DATABASE "{self.database}"')

    def order(self, statement):
        body = urllib.parse.urlencode({"q": statement}).encode()
        with urllib.request.urlopen(f"{self.base}/query", data=body, timeout=30) as answer:
            return json.load(answer)

    def query(self, statement, timeout=120):
        """Series as InfluxDB returns them: name, tags, columns, values; times in ns."""
        asked = urllib.parse.urlencode({"db": self.database, "epoch": "ns", "q": statement})
        answer = json.loads(ports.get(f"{self.base}/query?{asked}", timeout=timeout))
        result = answer["results"][0]
        if "error" in result:
            raise RuntimeError(f"{statement}: {result['error']}")
        return result.get("series", [])

    def rows(self, statement):
        """Every row as a dict of its columns and tags."""
        return [
            {**one.get("tags", {}), **dict(zip(one["columns"], row))}
            for one in self.query(statement)
            for row in one["values"]
        ]

    def count(self, measurement, field="value"):
        found = self.rows(f'SELECT count("{field}") AS n FROM "{measurement}"')
        return found[0]["n"] if found else 0

    def measurements(self):
        return [row["name"] for row in self.rows("SHOW MEASUREMENTS")]

    def points(self):
        """All points of all measurements; fields of one point are one point."""
        return sum(len(one["values"]) for one in self.query("SELECT * FROM /.*/ GROUP BY *"))
