package io.meshrpc.bench;

/**
 * The figures of one turn of one peer.
 *
 * @param callsPerSecond calls that succeeded
 * @param othersShare the share of the machine that other processes had; NaN if it is not known
 */
record Round(
    double callsPerSecond,
    double p50Us,
    double p99Us,
    double p999Us,
    double clientCpuUs,
    double serverCpuUs,
    double clientBytes,
    double serverBytes,
    long errors,
    String firstError,
    double othersShare) {
  /** Figures per call count the calls that succeeded. */
  static Round of(RunResult result, Usage servers, double othersShare) {
    double calls = Math.max(1, result.successes());
    return new Round(
        result.callsPerSecond(),
        result.micros(50),
        result.micros(99),
        result.micros(99.9),
        result.used().cpuNs() / 1e3 / calls,
        servers.cpuNs() / 1e3 / calls,
        result.used().allocatedBytes() / calls,
        servers.allocatedBytes() / calls,
        result.errors(),
        result.firstError(),
        othersShare);
  }
}
