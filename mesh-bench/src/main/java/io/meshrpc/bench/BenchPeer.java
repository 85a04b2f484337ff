package io.meshrpc.bench;

import java.time.Duration;
import java.util.List;

/** One way to call an echo service: mesh, or something to compare it with. */
interface BenchPeer {
  /**
   * Serves on a free port of 127.0.0.1.
   *
   * @param broker address of the broker; empty for peers without one
   */
  BenchServer serve(String broker) throws Exception;

  /** Connects to all these servers. */
  BenchClient connect(ClientSetup setup) throws Exception;

  /**
   * What a client is for.
   *
   * @param addresses as the servers told them
   * @param payloadBytes bytes of each request's payload
   * @param failover deadlines of {@link #FAILOVER_DEADLINE} and retries on; otherwise as users get it
   */
  record ClientSetup(List<String> addresses, int payloadBytes, boolean failover) {}

  /** The deadline of a call while servers fail. */
  Duration FAILOVER_DEADLINE = Duration.ofSeconds(1);
}
