"""Every benchmark, one after the other: `make bench`."""

from benchmarks import bench_sla

bench_sla.main()
