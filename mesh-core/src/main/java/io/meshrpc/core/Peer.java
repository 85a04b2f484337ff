package io.meshrpc.core;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import io.meshrpc.wire.MethodEntry;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.ServiceEntry;
import io.meshrpc.wire.Welcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server as its client knows it: what it said, what is under way there, where it stands. */
final class Peer implements PeerView {
  static final long NOT_MUTE = Long.MIN_VALUE;
  static final long NOT_DIALLING = Long.MIN_VALUE / 2;
  private static final long REPORT_FRESH_NS = 1_000_000_000L;
  private static final long STUCK_MAX_MS = 1L << 40;
  private static final long TRIAL_MIN_NS = 100_000_000L;
  private static final long TRIAL_MAX_NS = 1_000_000_000L;
  private static final int TRIALS_IN_A_ROW = 5;

  private final String endpoint;
  private final Now now;
  private final Map<String, Integer> methods = new HashMap<>();
  private final Map<MethodDescriptor<?, ?>, Integer> numbers = new HashMap<>();
  private @Nullable MethodDescriptor<?, ?> numberedLast;
  private int lastNumber; // of that
  final SuccessWindow successes;
  final Chain<Attempt> open = new Chain<>();
  final RoundTrips roundTrips = new RoundTrips();

  // The connection.
  long id;
  boolean connected;
  long muteSinceNs = NOT_MUTE; // has accepted connections since, and not answered Hello
  long epoch;
  long helloNs;
  long renewNotBeforeNs; // for a session that was lost again
  long helloNotBeforeNs; // the server asked for it
  long session; // 0: none
  boolean justWelcomed; // by the batch that is being read

  @Nullable
  NodeId nodeId;

  private String incarnation = "";
  private String name = "";
  long requestBytesMax = Long.MAX_VALUE;
  long metadataBytesMax = Long.MAX_VALUE;

  // Where it stands.
  private PeerState state = PeerState.CONNECTING;
  private String reason = "new";
  long stateNs; // since when it has stood there
  boolean stalled;
  boolean leaving; // is to be forgotten once nothing is under way there
  boolean announces; // says Started when it is asked to
  long rampStartNs;
  long rampNs;
  int failuresInRow;
  int ejections;
  boolean onTrial; // was ejected, or down, and has not done well since: silence proves nothing
  int downs; // in a row, for the backoff
  int probationPongs;

  @Nullable
  Attempt trial; // PROBATION: the one call that it is tried with

  private int trialsInVain; // PROBATION: that have ended
  private long trialEndNs; // of the latest of them

  long untilNs; // DOWN: the next try; EJECTED: the end; UP: when its past is forgiven
  long dialNs = NOT_DIALLING; // DOWN: when the connection that is being made was asked for
  long lastHeardNs;
  long pingNs; // when the unanswered ping was sent; 0: none
  long pingId;
  boolean pingUrgent;
  double heartbeatJitter; // of the pause before the next ping
  long quietGapNs; // between pings to one that is overdue, yet answers
  long usualNs; // moving average of whole attempts

  // What it said of its load.
  private LoadReport load = LoadReport.NONE;
  private long loadNs = Long.MIN_VALUE;
  private long progressMs; // by the server's clock, for it tells nothing that a report was held up
  int queueMax; // since it last completed anything

  Peer(String endpoint, Now now, SuccessWindow successes) {
    this.endpoint = endpoint;
    this.now = now;
    this.stateNs = now.ns;
    this.successes = successes;
  }

  void welcome(Welcome welcome, long now) {
    nodeId = welcome.nodeId();
    incarnation = welcome.nodeId().toString();
    name = Words.line(welcome.name());
    session = welcome.session();
    muteSinceNs = NOT_MUTE;
    requestBytesMax = orDefault(welcome.requestBytesMax(), ServerLimits.DEFAULTS.requestBytesMax());
    metadataBytesMax =
        orDefault(welcome.metadataBytesMax(), ServerLimits.DEFAULTS.metadataBytesMax());
    methods.clear();
    numbers.clear();
    numberedLast = null;
    announces = false;
    for (ServiceEntry service : welcome.services()) {
      for (MethodEntry method : service.methods()) {
        methods.put(service.name() + "/" + method.name(), method.number());
      }
    }
    load = LoadReport.NONE;
    loadNs = Long.MIN_VALUE;
    queueMax = 0;
    pingNs = 0;
    failuresInRow = 0;
    successes.clear();
  }

  /** On the wire, what is not said is 0. */
  private static long orDefault(long said, long usual) {
    return said == 0 ? usual : said;
  }

  /** The method's number in this session; 0 if the server does not offer it. */
  int number(MethodDescriptor<?, ?> method) {
    if (method != numberedLast) { // most calls are of the method of the one before
      lastNumber =
          numbers.computeIfAbsent(method, unknown -> methods.getOrDefault(unknown.fullName(), 0));
      numberedLast = method;
    }
    return lastNumber;
  }

  void onLoad(LoadReport report, long now) {
    if (loadNs == Long.MIN_VALUE || isIdle(report) || report.completed() != load.completed()) {
      progressMs = report.uptimeMs();
      queueMax = 0;
    }
    queueMax = Math.max(queueMax, report.queued());
    load = report;
    loadNs = now;
  }

  /** An empty queue does not do: that of a stuck server is empty once clients have taken it back. */
  private static boolean isIdle(LoadReport report) {
    boolean hasRoom = report.running() == 0 || report.running() < report.workers();
    return report.queued() == 0 && hasRoom;
  }

  /** How long the server has completed nothing, if it had a queue meanwhile. */
  long stuckNs() {
    long stuckMs = Math.min(STUCK_MAX_MS, load.uptimeMs() - progressMs);
    return queueMax == 0 || loadNs == Long.MIN_VALUE ? 0 : stuckMs * 1_000_000;
  }

  void onAttemptTook(long tookNs) {
    usualNs = usualNs == 0 ? tookNs : usualNs + (tookNs - usualNs) / 16;
  }

  void moveTo(PeerState next, String why) {
    if (!state.canBecome(next)) {
      throw new IllegalStateException(endpoint + ": " + state + " cannot become " + next);
    }
    state = next;
    reason = why;
    stateNs = now.ns;
  }

  /** It stands where it stood, for another reason. */
  void explain(String why) {
    reason = why;
  }

  /** Whether new calls may go there while nothing is wrong. */
  boolean isReady() {
    return !leaving
        && switch (state) {
          case UP, WARMING -> session != 0;
          case PROBATION -> session != 0 && trial == null && probationPongs >= 3;
          default -> false;
        };
  }

  void beginRamp(long startNs, long spanNs) {
    rampStartNs = startNs;
    rampNs = spanNs;
    onTrial = false;
  }

  void beginProbation() {
    onTrial = true;
    probationPongs = 0;
    trial = null;
    trialsInVain = 0;
    failuresInRow = 0;
    successes.clear();
  }

  /** Whether it must do well before it gets its share again, though it is the same process. */
  boolean isToBeTried() {
    return state == PeerState.DOWN || (onTrial && state == PeerState.SUSPECT);
  }

  void endTrial() {
    trial = null;
    trialsInVain++;
    trialEndNs = now.ns;
  }

  /**
   * Whether the next call is to try it, whoever else is there: not again and again, for one that refuses
   * all in no time would get nearly all calls.
   */
  boolean isTrialDue() {
    boolean soon = trialsInVain < TRIALS_IN_A_ROW || now.ns - trialEndNs >= TRIAL_MAX_NS;
    return soon && state == PeerState.PROBATION;
  }

  /** When the call that it is tried with has taken so long that another may go there; MAX_VALUE for never. */
  long trialLateNs() {
    Attempt tried = trial;
    long patienceNs = Math.max(TRIAL_MIN_NS, Math.min(TRIAL_MAX_NS, 4 * usualNs));
    return tried == null ? Long.MAX_VALUE : tried.sentNs + patienceNs;
  }

  /** Whether new calls may go there if no better server is left. */
  boolean isLastResort() {
    return session != 0 && !leaving && (state == PeerState.SUSPECT || state == PeerState.EJECTED);
  }

  /** Whether it may be well: silent, or ejected. One that is stuck is not. */
  boolean isDoubtful() {
    return isLastResort() && !stalled;
  }

  /** Requests that are there, by what it says and by what this client knows. */
  int requests() {
    boolean fresh = loadNs != Long.MIN_VALUE && now.ns - loadNs < REPORT_FRESH_NS;
    return Math.max(open.size(), fresh ? load.inServer() : 0);
  }

  /** Whether it may take calls soon: its connection or its Hello is under way. */
  boolean isComing() {
    boolean mayBeBack = session == 0 && (connected || state == PeerState.SUSPECT);
    return state == PeerState.CONNECTING || (mayBeBack && state != PeerState.DOWN);
  }

  /** Why it gets no call now, in words. */
  String whyNot() {
    if (leaving) {
      return "not in this client's subset of the servers";
    }
    return switch (state) {
      case CONNECTING -> connected ? "has not answered Hello yet" : "no connection yet";
      case PROBATION ->
        probationPongs < 3
            ? "on probation: not all pings are answered yet"
            : "on probation: one call at a time";
      default -> reason;
    };
  }

  @Override
  public String endpoint() {
    return endpoint;
  }

  @Override
  public String incarnation() {
    return incarnation;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public PeerState state() {
    return state;
  }

  @Override
  public String reason() {
    return reason;
  }

  @Override
  public int inFlight() {
    return open.size();
  }

  @Override
  public long oldestAgeNs() {
    Attempt oldest = open.first();
    return oldest == null ? 0 : Math.max(0, now.ns - oldest.sentNs);
  }

  @Override
  public LoadReport load() {
    return load;
  }

  @Override
  public long loadAgeNs() {
    return loadNs == Long.MIN_VALUE ? Long.MAX_VALUE : Math.max(0, now.ns - loadNs);
  }

  @Override
  public double weight() {
    return switch (state) {
      case UP -> 1.0;
      case WARMING -> Math.min(1.0, Math.max(0.1, (double) (now.ns - rampStartNs) / rampNs));
      default -> 0.1;
    };
  }

  @Override
  public Duration roundTrip() {
    return Duration.ofNanos(roundTrips.smoothedNs());
  }

  PeerSnapshot snapshot() {
    return new PeerSnapshot(
        endpoint,
        incarnation,
        name,
        state,
        reason,
        open.size(),
        oldestAgeNs(),
        load,
        loadAgeNs(),
        weight(),
        roundTrip());
  }
}
