package io.meshrpc.core;

/**
 * The bounds of a server.
 *
 * @param workers handlers that may run at once
 * @param queueCountMax requests that may wait
 * @param queueBytesMax bytes of payload and metadata that may wait
 * @param queueCountPerMethodMax requests that may wait for one method
 * @param clientsMax clients that may be known
 * @param requestBytesMax payload of a request
 * @param replyBytesMax payload of a reply
 * @param metadataBytesMax metadata of a request
 * @param rememberedCountMax answers remembered for a client
 * @param rememberedBytesMax bytes of answers remembered for a client
 * @param rememberedAgeNs how long an answer is remembered
 * @param sessionIdleNs how long a session outlives its client's last word and last work
 * @param codelTargetNs how long the oldest work may wait for a whole interval; 0: as long as it likes
 * @param codelIntervalNs that interval
 * @param concurrencyMin handlers that may run at once, at the least, if that is found by their times
 * @param concurrencyMax at the most; 0 if it is not, and {@code workers} holds
 */
public record ServerLimits(
    int workers,
    int queueCountMax,
    long queueBytesMax,
    int queueCountPerMethodMax,
    int clientsMax,
    int requestBytesMax,
    int replyBytesMax,
    int metadataBytesMax,
    int rememberedCountMax,
    long rememberedBytesMax,
    long rememberedAgeNs,
    long sessionIdleNs,
    long codelTargetNs,
    long codelIntervalNs,
    int concurrencyMin,
    int concurrencyMax) {
  /** What holds unless set otherwise. */
  public static final ServerLimits DEFAULTS = new ServerLimits(
      64,
      10_000,
      64L << 20,
      10_000,
      10_000,
      4 << 20,
      4 << 20,
      8 << 10,
      1024,
      1L << 20,
      60_000_000_000L,
      60_000_000_000L,
      5_000_000L,
      100_000_000L,
      0,
      0);
}
