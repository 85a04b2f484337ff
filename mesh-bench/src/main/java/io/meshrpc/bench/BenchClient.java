package io.meshrpc.bench;

/** A client that is connected to all servers. */
interface BenchClient extends AutoCloseable {
  /** A caller for one thread at a time. */
  BlockingCaller caller() throws Exception;

  /**
   * Calls in flight for one issuing thread.
   *
   * @param size how many may be in flight at once
   */
  Pipeline pipeline(int size) throws Exception;

  @Override
  void close();

  /** Calls and waits. */
  @FunctionalInterface
  interface BlockingCaller {
    /** One call; throws if it failed or the echo has another length. */
    void call() throws Exception;
  }
}
