package io.meshrpc.testkit;

/** Ends a handler that waits for a call while its process is killed. */
final class ProcessGone extends Error {
  private static final long serialVersionUID = 1L;

  ProcessGone(Host host) {
    super(host + " was killed while its handler waited for a call");
  }
}
