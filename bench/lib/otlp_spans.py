"""The spans of a row of OTLP requests, read by the protocol's own types: `python otlp_spans.py FOLDER`, JSON out.

Runs in an environment of its own (`scripts/servers otlpproto`), so that nothing here is shared with what is measured.
"""

import json
import pathlib
import sys

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


def main(folder):
    spans = []
    for path in sorted(pathlib.Path(folder).iterdir()):
        request = ExportTraceServiceRequest.FromString(path.read_bytes())
        spans += [span_of(span) for one in request.resource_spans for scope in one.scope_spans for span in scope.spans]
    json.dump(spans, sys.stdout)


def span_of(span):
    pairs = {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in span.attributes}
    return {
        "trace": span.trace_id.hex(),
        "span": span.span_id.hex(),
        "parent": span.parent_span_id.hex(),
        "kind": Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        "start_ns": span.start_time_unix_nano,
        "duration_ns": span.end_time_unix_nano - span.start_time_unix_nano,
        "attributes": pairs,
        "sound": len(pairs) == len(span.attributes) and len(span.trace_id) == 16 and len(span.span_id) == 8
        and any(span.trace_id) and any(span.span_id) and bool(span.name),
    }


if __name__ == "__main__":
    main(sys.argv[1])
