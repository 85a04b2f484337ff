package io.meshrpc.testkit;

/** The process of a server that code acts for. What the code has begun ends with the process. */
record Host(TestServer server, int boot) {
  boolean isGone() {
    return !server.isRunning() || server.boot() != boot;
  }

  boolean isPaused() {
    return server.isPaused();
  }

  @Override
  public String toString() {
    return "the process of " + server.name();
  }
}
