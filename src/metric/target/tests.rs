//! Tests of names.

use super::{Resource, is_scraped, scraped};
use crate::metric::Kind;

#[test]
fn names_begin_alike_and_are_never_those_of_the_catalogue() {
    let name = |exposed, kind| scraped(exposed, kind).name.to_string();
    assert_eq!(name("process_resident_memory_bytes", Kind::Gauge), "target_process_resident_memory_bytes");
    assert_eq!(name("http_requests_total", Kind::Counter), "target_http_requests");
    assert_eq!(name("job:latency.p95", Kind::Gauge), "target_job_latency_p95");
    assert_eq!(name("rate", Kind::Gauge), "target_rate_scraped");
    assert_eq!(name(&"x".repeat(1_000), Kind::Gauge).len(), super::MAX_NAME);
    assert!(is_scraped("target_go_goroutines") && !is_scraped("target_rate") && !is_scraped("vus"));
}

#[test]
fn resources_are_known_by_the_words_of_their_names() {
    let of = |exposed: &str| Resource::of(&scraped(exposed, Kind::Gauge));
    for memory in [
        "process_resident_memory_bytes",
        "go_memstats_heap_inuse_bytes",
        "jvm_memory_used_bytes",
        "nodejs_heap_size_used_bytes",
        "container_memory_working_set_bytes",
        "container_memory_rss",
        "shop_memory",
    ] {
        assert_eq!(of(memory), Some(Resource::Memory), "{memory}");
    }
    for handles in ["process_open_fds", "process_files_open_files", "open_file_descriptors", "nodejs_active_handles"] {
        assert_eq!(of(handles), Some(Resource::FileHandles), "{handles}");
    }
    for connections in ["hikaricp_connections_active", "pg_stat_activity_count", "redis_connections", "db_conns"] {
        assert_eq!(of(connections), Some(Resource::Connections), "{connections}");
    }
    assert_eq!(of("go_goroutines"), Some(Resource::Goroutines));
    assert_eq!(of("jvm_threads_live_threads"), Some(Resource::Threads));
    for other in [
        "process_max_fds",
        "process_virtual_memory_bytes",
        "process_virtual_memory_max_bytes",
        "jvm_memory_max_bytes",
        "hikaricp_connections_idle",
        "node_memory_Active_bytes",
        "go_memstats_next_gc_bytes",
        "http_requests_in_flight",
        "go_memstats_heap_objects",
    ] {
        assert_eq!(of(other), None, "{other}");
    }
    assert_eq!(Resource::of(&scraped("accepted_connections_total", Kind::Counter)), None);
}
