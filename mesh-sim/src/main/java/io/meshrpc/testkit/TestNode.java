package io.meshrpc.testkit;

import java.time.Duration;

/**
 * A process of a mesh, or what takes its place at the same name. A client and a server of one name
 * share their process: whatever is done to one is done to both.
 */
public sealed interface TestNode permits TestServer, TestClient {
  /** Its name, unique among clients and among servers. */
  String name();

  /** Whether a process runs. */
  boolean isRunning();

  /** The process dies at once. Its connections are reset. */
  void crash();

  /** The machine is gone: nobody is told, connecting gets no answer. */
  void vanish();

  /** A new process, which remembers nothing; nothing happens if one runs. */
  void start();

  /** The process stands still until {@link #resume}; what comes piles up, and its clock goes on. */
  void pause();

  /** The process stands still for so long, or until {@link #resume}. */
  void pause(Duration span);

  /** A process that stands still goes on. */
  void resume();
}
