package io.meshrpc.bench;

/** A server that runs. */
interface BenchServer extends AutoCloseable {
  /** Where clients find it. */
  String address();

  /** Ends gracefully: finishes what it has begun. */
  @Override
  void close();
}
