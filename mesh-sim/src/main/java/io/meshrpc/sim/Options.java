package io.meshrpc.sim;

import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.Priority;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.core.ClientLimits;
import io.meshrpc.core.ServerLimits;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.SpeedWeightedProbing;
import java.time.Duration;
import java.util.function.Supplier;

/** Everything that a run is made of, beside its seed and its faults. Not changed once a run began. */
final class Options {
  int clients = 3;
  int servers = 3;

  boolean judged = true; // false: who drives the run judges it

  // The network.
  long latencyNs = 200_000;
  long jitterNs = 50_000; // the median of what comes on top; 0 for none
  double jitterSigma = 0.5;
  long bytesPerSecond; // 0: unbounded
  int pipeFramesMax = Integer.MAX_VALUE; // beyond it frames are dropped
  double hostile; // share of frames that are maltreated
  boolean duplicates;
  boolean reorders;
  boolean corrupts;
  boolean forges; // damage may look like a batch

  // The nodes.
  long driftPpmMax;
  long turnNs = 10_000; // how long a turn of a loop takes
  int workers = 4;
  int queueCountMax = ServerLimits.DEFAULTS.queueCountMax();
  int rememberedCountMax = ServerLimits.DEFAULTS.rememberedCountMax();
  long codelTargetNs = ServerLimits.DEFAULTS.codelTargetNs(); // 0: off
  int concurrencyMax; // of the adaptive limit, which begins at the workers; 0: off
  ServiceTime service = ServiceTime.exponential(Duration.ofMillis(10));
  double failShare; // handlers that answer with an error
  double hangShare; // handlers that do not end before they are freed
  double lateShare; // handlers that take ten times as long
  Supplier<LoadBalancer> balancer = SpeedWeightedProbing::new;
  double throttleRatio; // of clients; 0: off
  LivenessSettings liveness = LivenessSettings.DEFAULTS;
  Supplier<Door> door = () -> new Door() {}; // of each server
  boolean fenced = true; // false: a door takes the fence of sessions away, and I12 is not checked
  RetryPolicy retry = RetryPolicy.DEFAULT;
  HedgePolicy hedge = HedgePolicy.OFF; // of calls that are idempotent

  // The calls.
  double load = 0.5; // of what all workers can do; 0: no calls by themselves
  int callersPerClient; // 0: open loop
  long callsMax = Long.MAX_VALUE;
  double idempotentShare = 1;
  double cancelShare;
  double prioritizedShare;
  double[] priorityShares = {}; // of all calls, by Priority.ordinal(), if there are any
  double patientShare; // with an attempt patience of 50 ms
  double neverShare; // with RetryPolicy.NEVER
  double hastyShare; // that do not wait for a server to be ready
  long deadlineLeastNs = 5_000_000_000L;
  long deadlineMostNs = 5_000_000_000L;
  int payloadBytesMax = 64;

  /** Calls per second and client that make the load. */
  double callsPerSecond() {
    return load * servers * workers / (service.meanNs() / 1e9) / clients;
  }

  /** The priority of a call whose caller drew this number from 0 to 1. */
  Priority priority(double drawn) {
    double sum = 0;
    for (int i = 0; i < priorityShares.length; i++) {
      sum += priorityShares[i];
      if (drawn < sum) {
        return Priority.values()[i];
      }
    }
    return Priority.NORMAL;
  }

  /** Whether frames pass as TCP promises. */
  boolean isHonest() {
    return hostile == 0;
  }

  ClientLimits clientLimits() {
    return ClientLimits.DEFAULTS.withThrottle(throttleRatio);
  }

  ServerLimits limits() {
    ServerLimits usual = ServerLimits.DEFAULTS;
    return new ServerLimits(
        workers,
        queueCountMax,
        usual.queueBytesMax(),
        queueCountMax,
        usual.clientsMax(),
        usual.requestBytesMax(),
        usual.replyBytesMax(),
        usual.metadataBytesMax(),
        rememberedCountMax,
        usual.rememberedBytesMax(),
        usual.rememberedAgeNs(),
        usual.sessionIdleNs(),
        codelTargetNs,
        usual.codelIntervalNs(),
        concurrencyMax == 0 ? 0 : workers,
        concurrencyMax);
  }

  /** Handlers that may run at once at one server. */
  int handlersMax() {
    return concurrencyMax == 0 ? workers : concurrencyMax;
  }

  @Override
  public String toString() {
    return "clients=" + clients + " servers=" + servers + " workers=" + workers
        + " queueCountMax=" + queueCountMax + " rememberedCountMax=" + rememberedCountMax
        + (codelTargetNs == 0 ? " no codel" : "")
        + (concurrencyMax == 0 ? "" : " concurrencyMax=" + concurrencyMax)
        + " service=[" + service + "] load=" + load + " callersPerClient=" + callersPerClient
        + "\n  fails=" + failShare + " hangs=" + hangShare + " late=" + lateShare
        + " idempotent=" + idempotentShare + " cancels=" + cancelShare
        + " prioritized=" + prioritizedShare + " patient=" + patientShare + " never=" + neverShare
        + " hasty=" + hastyShare
        + " deadlineMs=" + deadlineLeastNs / 1_000_000 + ".." + deadlineMostNs / 1_000_000
        + "\n  latencyUs=" + latencyNs / 1000 + " jitterUs=" + jitterNs / 1000
        + " sigma=" + jitterSigma + " bytesPerSecond=" + bytesPerSecond
        + " pipeFramesMax=" + pipeFramesMax + " driftPpmMax=" + driftPpmMax
        + " turnUs=" + turnNs / 1000
        + " hostile=" + hostile + (duplicates ? " duplicates" : "")
        + (reorders ? " reorders" : "") + (corrupts ? " corrupts" : "") + (forges ? " forges" : "")
        + " balancer=" + balancer.get().getClass().getSimpleName()
        + (hedge.isOff() ? "" : "\n  hedge=" + hedge);
  }
}
