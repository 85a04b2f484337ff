package io.meshrpc.bench;

/** Calls in flight of one issuing thread. */
interface Pipeline {
  /** Starts a call, whose end is told once, on any thread. */
  void start(InFlight call) throws Exception;

  /**
   * For the issuing thread, when it has no call to start: takes in what has come, or waits until
   * something does.
   *
   * @return false if ends are told on other threads and the issuing thread is not needed
   */
  default boolean progress() throws Exception {
    return false;
  }
}
