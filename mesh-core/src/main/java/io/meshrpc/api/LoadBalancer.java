package io.meshrpc.api;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Chooses a server for an attempt. One instance serves one client and is called from its loop
 * thread only, so that it may keep state without locks; it must not block.
 */
@FunctionalInterface
public interface LoadBalancer {
  /** Chooses one of {@link Pick#candidates}. */
  PeerView pick(Pick pick);

  /**
   * What there is to choose from.
   *
   * @param candidates servers that offer the method and may get the attempt; at least one, in the
   *     order in which they were connected. The list is only valid during the call.
   * @param method which method is called
   * @param attempt the attempt's number, from 1
   * @param random the only source of chance to use, so that a simulation can be repeated
   */
  record Pick(
      List<? extends PeerView> candidates,
      MethodDescriptor<?, ?> method,
      int attempt,
      RandomGenerator random) {}
}
