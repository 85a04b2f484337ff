package io.meshrpc;

import io.meshrpc.core.ServerLimits;
import io.meshrpc.zmq.ConnectionLimits;

/** The bounds of a server as its builder collects them. */
final class ServerBounds {
  private static final ServerLimits DEFAULTS = ServerLimits.DEFAULTS;
  private static final long SILENCE_EXTRA_NS = 30_000_000_000L;

  int workers = DEFAULTS.workers();
  int queueCountMax = DEFAULTS.queueCountMax();
  long queueBytesMax = DEFAULTS.queueBytesMax();
  int queueCountPerMethodMax = DEFAULTS.queueCountPerMethodMax();
  int clientsMax = DEFAULTS.clientsMax();
  int requestBytesMax = DEFAULTS.requestBytesMax();
  int replyBytesMax = DEFAULTS.replyBytesMax();
  int metadataBytesMax = DEFAULTS.metadataBytesMax();
  int rememberedCountMax = DEFAULTS.rememberedCountMax();
  long rememberedBytesMax = DEFAULTS.rememberedBytesMax();
  long rememberedAgeNs = DEFAULTS.rememberedAgeNs();
  long sessionIdleNs = DEFAULTS.sessionIdleNs();
  long codelTargetNs = DEFAULTS.codelTargetNs();
  long codelIntervalNs = DEFAULTS.codelIntervalNs();
  int concurrencyMin = DEFAULTS.concurrencyMin();
  int concurrencyMax = DEFAULTS.concurrencyMax();
  int connectionsMax = ConnectionLimits.DEFAULTS.connectionsMax();
  int connectionsPerAddressMax = ConnectionLimits.DEFAULTS.perAddressMax();
  long firstWordNs = ConnectionLimits.DEFAULTS.firstWordNs();
  long unreadBytesMax = ConnectionLimits.DEFAULTS.unreadBytesMax();

  ServerLimits limits() {
    return new ServerLimits(
        workers,
        queueCountMax,
        queueBytesMax,
        queueCountPerMethodMax,
        clientsMax,
        requestBytesMax,
        replyBytesMax,
        metadataBytesMax,
        rememberedCountMax,
        rememberedBytesMax,
        rememberedAgeNs,
        sessionIdleNs,
        codelTargetNs,
        codelIntervalNs,
        concurrencyMin,
        concurrencyMax);
  }

  ConnectionLimits connectionLimits() {
    return new ConnectionLimits(
        connectionsMax,
        connectionsPerAddressMax,
        firstWordNs,
        Math.min(sessionIdleNs, Long.MAX_VALUE / 4) + SILENCE_EXTRA_NS,
        unreadBytesMax);
  }

  /** The most handlers that will run at once. */
  int handlersMax() {
    return concurrencyMax == 0 ? workers : concurrencyMax;
  }
}
