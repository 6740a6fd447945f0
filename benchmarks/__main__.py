"""Every benchmark, one after the other: `make bench`."""

from benchmarks import bench_chain, bench_lateness, bench_mail, bench_rules, bench_sla, bench_triage, bill

for benchmark in (bench_sla, bench_rules, bench_mail, bench_chain, bench_triage, bench_lateness, bill):
    benchmark.main()
    print()
