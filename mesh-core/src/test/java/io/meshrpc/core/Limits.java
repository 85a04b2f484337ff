package io.meshrpc.core;

/** The bounds of a server in a test; the defaults unless set. */
final class Limits {
  private static final ServerLimits USUAL = ServerLimits.DEFAULTS;

  private int workers = 1;
  private int queueCountMax = USUAL.queueCountMax();
  private long queueBytesMax = USUAL.queueBytesMax();
  private int queueCountPerMethodMax = USUAL.queueCountPerMethodMax();
  private int clientsMax = USUAL.clientsMax();
  private int requestBytesMax = USUAL.requestBytesMax();
  private int replyBytesMax = USUAL.replyBytesMax();
  private int metadataBytesMax = USUAL.metadataBytesMax();
  private int rememberedCountMax = USUAL.rememberedCountMax();
  private long rememberedBytesMax = USUAL.rememberedBytesMax();
  private long rememberedAgeNs = USUAL.rememberedAgeNs();
  private long sessionIdleNs = USUAL.sessionIdleNs();
  private long codelTargetNs = USUAL.codelTargetNs();
  private long codelIntervalNs = USUAL.codelIntervalNs();
  private int concurrencyMin = USUAL.concurrencyMin();
  private int concurrencyMax = USUAL.concurrencyMax();

  Limits workers(int count) {
    workers = count;
    return this;
  }

  Limits queueCountMax(int count) {
    queueCountMax = count;
    return this;
  }

  Limits queueBytesMax(long bytes) {
    queueBytesMax = bytes;
    return this;
  }

  Limits queueCountPerMethodMax(int count) {
    queueCountPerMethodMax = count;
    return this;
  }

  Limits clientsMax(int count) {
    clientsMax = count;
    return this;
  }

  Limits requestBytesMax(int bytes) {
    requestBytesMax = bytes;
    return this;
  }

  Limits replyBytesMax(int bytes) {
    replyBytesMax = bytes;
    return this;
  }

  Limits metadataBytesMax(int bytes) {
    metadataBytesMax = bytes;
    return this;
  }

  Limits rememberedCountMax(int count) {
    rememberedCountMax = count;
    return this;
  }

  Limits rememberedBytesMax(long bytes) {
    rememberedBytesMax = bytes;
    return this;
  }

  Limits rememberedAgeNs(long spanNs) {
    rememberedAgeNs = spanNs;
    return this;
  }

  Limits sessionIdleNs(long spanNs) {
    sessionIdleNs = spanNs;
    return this;
  }

  Limits codel(long targetNs, long intervalNs) {
    codelTargetNs = targetNs;
    codelIntervalNs = intervalNs;
    return this;
  }

  Limits concurrency(int min, int max) {
    concurrencyMin = min;
    concurrencyMax = max;
    return this;
  }

  ServerLimits build() {
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
}
