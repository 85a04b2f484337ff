package io.meshrpc.policy;

import java.time.Duration;

/**
 * When a server counts as doubtful, gone and back. Begin with {@link #DEFAULTS} and change what you
 * need: {@code LivenessSettings.DEFAULTS.withDownAfter(Duration.ofSeconds(5))}. Spans are greater
 * than 0 and no longer than 365 days; what is out of its range throws an {@link
 * IllegalArgumentException} at once.
 *
 * @param heartbeatInterval a ping is sent after so long without a word from the server
 * @param heartbeatPatience how long the answer to such a ping may take before the server is suspect
 * @param overdueFactor the oldest attempt is overdue after so many times what calls usually take;
 *     from 1 to 1000
 * @param overdueMin but not before this age
 * @param pingPatienceMin least time that an overdue server has to answer a ping
 * @param pingPatienceMax most time that any ping has; between the two, measured round trips decide
 * @param downAfter a suspect server is down after so long without a word
 * @param backoffBase the pause before a server that is down is tried again; doubles each time
 * @param backoffMax the longest such pause, at least {@code backoffBase}
 * @param slowStart how long the share of a new server process grows
 * @param slowStartBack how long the share of a server that was away grows
 * @param localPause if this process itself stood still for so long, nobody is suspected for it
 * @param ejectAfterFailures so many failures in a row, of the kind that is a server's fault, eject;
 *     at least 1
 * @param stalledAfter a server with a queue that completes nothing for so long is suspect
 * @param heartbeatPerServer the interval is at least so long for each server, but not longer than 20 s
 *     for that reason: a client of many servers pings each more seldom
 * @param selfDoubtMax the patience with silence grows to so many times more, at most, while nobody at
 *     all is heard or this process stands still again and again; from 0, never, to 7
 * @param ejectWindow over so long a span the success of calls is judged
 * @param ejectSamplesMin with fewer calls in the window a server is not judged; at least 1
 * @param ejectBelowPercent a server is ejected if so few of its calls succeed, and markedly fewer than
 *     at the others; from 1 to 100
 * @param panicPercent while fewer servers than this share of all are well, doubtful ones may relieve
 *     them; from 0, never, to 100
 * @param recoveryPercent after an outage of all servers, all new calls are let through once this share
 *     of them is back, and a part of the calls until then; from 0, all at once, to 100
 * @param recoveryHold or once no other has come back or gone for so long
 */
public record LivenessSettings(
    Duration heartbeatInterval,
    Duration heartbeatPatience,
    int overdueFactor,
    Duration overdueMin,
    Duration pingPatienceMin,
    Duration pingPatienceMax,
    Duration downAfter,
    Duration backoffBase,
    Duration backoffMax,
    Duration slowStart,
    Duration slowStartBack,
    Duration localPause,
    int ejectAfterFailures,
    Duration stalledAfter,
    Duration heartbeatPerServer,
    int selfDoubtMax,
    Duration ejectWindow,
    int ejectSamplesMin,
    int ejectBelowPercent,
    int panicPercent,
    int recoveryPercent,
    Duration recoveryHold) {
  /** What holds unless set otherwise. */
  public static final LivenessSettings DEFAULTS = new LivenessSettings(
      Duration.ofMillis(500),
      Duration.ofMillis(250),
      4,
      Duration.ofMillis(30),
      Duration.ofMillis(50),
      Duration.ofMillis(500),
      Duration.ofSeconds(2),
      Duration.ofMillis(500),
      Duration.ofSeconds(30),
      Duration.ofSeconds(10),
      Duration.ofSeconds(2),
      Duration.ofMillis(200),
      5,
      Duration.ofSeconds(1),
      Duration.ofMillis(2),
      7,
      Duration.ofSeconds(10),
      10,
      80,
      50,
      50,
      Duration.ofSeconds(2));

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException with the value and what was expected
   */
  public LivenessSettings {
    Ranges.span("heartbeatInterval", heartbeatInterval);
    Ranges.span("heartbeatPatience", heartbeatPatience);
    Ranges.span("overdueMin", overdueMin);
    Ranges.span("pingPatienceMin", pingPatienceMin);
    Ranges.span("pingPatienceMax", pingPatienceMax);
    Ranges.span("downAfter", downAfter);
    Ranges.span("backoffBase", backoffBase);
    Ranges.span("backoffMax", backoffMax);
    Ranges.span("slowStart", slowStart);
    Ranges.span("slowStartBack", slowStartBack);
    Ranges.span("localPause", localPause);
    Ranges.span("stalledAfter", stalledAfter);
    Ranges.span("heartbeatPerServer", heartbeatPerServer);
    Ranges.span("ejectWindow", ejectWindow);
    Ranges.span("recoveryHold", recoveryHold);
    Ranges.between("overdueFactor", overdueFactor, 1, 1000);
    Ranges.between("ejectAfterFailures", ejectAfterFailures, 1, Integer.MAX_VALUE);
    Ranges.between("selfDoubtMax", selfDoubtMax, 0, 7);
    Ranges.between("ejectSamplesMin", ejectSamplesMin, 1, Integer.MAX_VALUE);
    Ranges.between("ejectBelowPercent", ejectBelowPercent, 1, 100);
    Ranges.between("panicPercent", panicPercent, 0, 100);
    Ranges.between("recoveryPercent", recoveryPercent, 0, 100);
    Ranges.atLeast("pingPatienceMax", pingPatienceMax, "pingPatienceMin", pingPatienceMin);
    Ranges.atLeast("pingPatienceMax", pingPatienceMax, "heartbeatPatience", heartbeatPatience);
    Ranges.atLeast("backoffMax", backoffMax, "backoffBase", backoffBase);
  }

  /** These settings with other heartbeats. */
  public LivenessSettings withHeartbeat(Duration interval, Duration patience) {
    return withHeartbeatInterval(interval).withHeartbeatPatience(patience);
  }

  /** These settings with a ping after so long without a word. */
  public LivenessSettings withHeartbeatInterval(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.heartbeatInterval = span;
    return draft.settings();
  }

  /** These settings with this time for the answer to such a ping. */
  public LivenessSettings withHeartbeatPatience(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.heartbeatPatience = span;
    return draft.settings();
  }

  /** These settings with attempts overdue after so many times what calls usually take. */
  public LivenessSettings withOverdueFactor(int count) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.overdueFactor = count;
    return draft.settings();
  }

  /** These settings with no attempt overdue before this age. */
  public LivenessSettings withOverdueMin(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.overdueMin = span;
    return draft.settings();
  }

  /** These settings with at least this time for an overdue server to answer a ping. */
  public LivenessSettings withPingPatienceMin(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.pingPatienceMin = span;
    return draft.settings();
  }

  /** These settings with at most this time for any server to answer a ping. */
  public LivenessSettings withPingPatienceMax(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.pingPatienceMax = span;
    return draft.settings();
  }

  /** These settings with another time until a silent server is down. */
  public LivenessSettings withDownAfter(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.downAfter = span;
    return draft.settings();
  }

  /** These settings with another first pause before a server that is down is tried again. */
  public LivenessSettings withBackoffBase(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.backoffBase = span;
    return draft.settings();
  }

  /** These settings with another longest pause. */
  public LivenessSettings withBackoffMax(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.backoffMax = span;
    return draft.settings();
  }

  /** These settings with another slow start of new server processes. */
  public LivenessSettings withSlowStart(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.slowStart = span;
    return draft.settings();
  }

  /** These settings with another slow start of servers that were away. */
  public LivenessSettings withSlowStartBack(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.slowStartBack = span;
    return draft.settings();
  }

  /** These settings with another pause of this process that clears everybody. */
  public LivenessSettings withLocalPause(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.localPause = span;
    return draft.settings();
  }

  /** These settings with so many failures in a row to eject a server. */
  public LivenessSettings withEjectAfterFailures(int count) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.ejectAfterFailures = count;
    return draft.settings();
  }

  /** These settings with another time until a server that completes nothing is suspect. */
  public LivenessSettings withStalledAfter(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.stalledAfter = span;
    return draft.settings();
  }

  /** These settings with another recovery after an outage of all servers; 0 percent for none. */
  public LivenessSettings withMassRecovery(int percent, Duration hold) {
    return withRecoveryPercent(percent).withRecoveryHold(hold);
  }

  /** These settings with a heartbeat's interval of at least so long for each server. */
  public LivenessSettings withHeartbeatPerServer(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.heartbeatPerServer = span;
    return draft.settings();
  }

  /** These settings with at most so much doubt in this process itself; 0 for none. */
  public LivenessSettings withSelfDoubtMax(int count) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.selfDoubtMax = count;
    return draft.settings();
  }

  /** These settings with another span over which the success of calls is judged. */
  public LivenessSettings withEjectWindow(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.ejectWindow = span;
    return draft.settings();
  }

  /** These settings with so many calls in the window before a server is judged. */
  public LivenessSettings withEjectSamplesMin(int count) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.ejectSamplesMin = count;
    return draft.settings();
  }

  /** These settings with another share of calls that must succeed. */
  public LivenessSettings withEjectBelowPercent(int percent) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.ejectBelowPercent = percent;
    return draft.settings();
  }

  /** These settings with another share of servers that should be well; 0 for none. */
  public LivenessSettings withPanicPercent(int percent) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.panicPercent = percent;
    return draft.settings();
  }

  /** These settings with another share of servers that must be back after an outage; 0 for none. */
  public LivenessSettings withRecoveryPercent(int percent) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.recoveryPercent = percent;
    return draft.settings();
  }

  /** These settings with another span without change after which an outage is over. */
  public LivenessSettings withRecoveryHold(Duration span) {
    LivenessDraft draft = new LivenessDraft(this);
    draft.recoveryHold = span;
    return draft.settings();
  }
}
