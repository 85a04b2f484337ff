package io.meshrpc.sim.balance;

/** What came of one run. Latencies in milliseconds; {@code errorRate} is a share of calls. */
record Result(
    Run run,
    double p50Ms,
    double p99Ms,
    double p999Ms,
    double errorRate,
    double messagesPerRequest) {}
