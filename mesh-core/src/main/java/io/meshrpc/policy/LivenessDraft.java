package io.meshrpc.policy;

import java.time.Duration;

/** {@link LivenessSettings} while one of them is being changed. */
final class LivenessDraft {
  Duration heartbeatInterval;
  Duration heartbeatPatience;
  int overdueFactor;
  Duration overdueMin;
  Duration pingPatienceMin;
  Duration pingPatienceMax;
  Duration downAfter;
  Duration backoffBase;
  Duration backoffMax;
  Duration slowStart;
  Duration slowStartBack;
  Duration localPause;
  int ejectAfterFailures;
  Duration stalledAfter;
  Duration heartbeatPerServer;
  int selfDoubtMax;
  Duration ejectWindow;
  int ejectSamplesMin;
  int ejectBelowPercent;
  int panicPercent;
  int recoveryPercent;
  Duration recoveryHold;

  LivenessDraft(LivenessSettings from) {
    heartbeatInterval = from.heartbeatInterval();
    heartbeatPatience = from.heartbeatPatience();
    overdueFactor = from.overdueFactor();
    overdueMin = from.overdueMin();
    pingPatienceMin = from.pingPatienceMin();
    pingPatienceMax = from.pingPatienceMax();
    downAfter = from.downAfter();
    backoffBase = from.backoffBase();
    backoffMax = from.backoffMax();
    slowStart = from.slowStart();
    slowStartBack = from.slowStartBack();
    localPause = from.localPause();
    ejectAfterFailures = from.ejectAfterFailures();
    stalledAfter = from.stalledAfter();
    heartbeatPerServer = from.heartbeatPerServer();
    selfDoubtMax = from.selfDoubtMax();
    ejectWindow = from.ejectWindow();
    ejectSamplesMin = from.ejectSamplesMin();
    ejectBelowPercent = from.ejectBelowPercent();
    panicPercent = from.panicPercent();
    recoveryPercent = from.recoveryPercent();
    recoveryHold = from.recoveryHold();
  }

  LivenessSettings settings() {
    return new LivenessSettings(
        heartbeatInterval,
        heartbeatPatience,
        overdueFactor,
        overdueMin,
        pingPatienceMin,
        pingPatienceMax,
        downAfter,
        backoffBase,
        backoffMax,
        slowStart,
        slowStartBack,
        localPause,
        ejectAfterFailures,
        stalledAfter,
        heartbeatPerServer,
        selfDoubtMax,
        ejectWindow,
        ejectSamplesMin,
        ejectBelowPercent,
        panicPercent,
        recoveryPercent,
        recoveryHold);
  }
}
