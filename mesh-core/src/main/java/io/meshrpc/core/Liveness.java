package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Pong;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Welcome;
import java.util.random.RandomGenerator;

/**
 * Moves servers through their states: from what they say, from what the transport hears, and from
 * silence. The states and their ways are drawn in docs/guide/liveness.md.
 */
final class Liveness {
  private static final long FORGIVEN_NS = 30_000_000_000L;
  private static final int PROBATION_PONGS = 3;

  /** Who is told that work must move. */
  interface Listener {
    /** The server is doubtful; what may move should. */
    void onSuspect(Peer peer, String reason);

    /** The connection is gone; the same process may come back. */
    void onLost(Peer peer, String reason);

    /** The server is gone for good, or another process stands in its place. */
    void onGone(Peer peer, String reason);

    /** The same process is back with a new session. */
    void onBack(Peer peer);

    /** Some server takes calls that did not before. */
    void onReady();
  }

  private final LivenessSettings settings;
  private final PeerTable table;
  private final Listener listener;
  private final SelfDoubt doubt;
  private final SilenceRules silence;
  private final Pings pings;
  private final Outliers outliers;
  private final Greeter greeter;
  private final Dialler dialler;
  private final Stalls stalls;

  Liveness(
      LivenessSettings settings,
      NodeId self,
      String name,
      long responseBytesMax,
      PeerTable table,
      RandomGenerator random,
      ClientOutbox out,
      Listener listener) {
    this.settings = settings;
    this.table = table;
    this.listener = listener;
    this.doubt = new SelfDoubt(settings, table);
    this.silence = new SilenceRules(settings, table, doubt, random);
    this.pings = new Pings(silence, out);
    this.outliers = new Outliers(settings, table);
    this.greeter = new Greeter(self, name, responseBytesMax, out);
    this.stalls = new Stalls(settings, table, listener);
    this.dialler = new Dialler(settings, table, greeter);
  }

  void onConnected(Peer peer, long now) {
    if (peer.session != 0) { // the transport has told the end of the one before late, or not at all
      onDisconnected(peer, "connection replaced", now);
    }
    peer.connected = true;
    dialler.onConnected(peer, now);
    peer.session = 0;
    table.changed();
    greeter.greet(peer, table.twin(peer, peer.nodeId) == null, now);
  }

  /** The server no longer knows the session: Hello at once, but not again and again. */
  void onSessionLost(Peer peer, long now) {
    if (peer.session == 0) {
      return;
    }
    onDisconnected(peer, "the server no longer knows the session", now);
    peer.connected = true;
    Peer twin = table.twin(peer, peer.nodeId);
    if (twin != null) { // its session ended this one: to take it back would go on for ever
      goDown(peer, "the same process as " + twin.endpoint(), now);
    } else {
      greeter.greetAgain(peer, now);
    }
  }

  void onDisconnected(Peer peer, long now) {
    onDisconnected(peer, "connection lost", now);
  }

  private void onDisconnected(Peer peer, String reason, long now) {
    boolean hadSession = peer.session != 0;
    peer.connected = false;
    peer.session = 0;
    peer.pingNs = 0;
    table.changed();
    switch (peer.state()) {
      case UP, WARMING, PROBATION, EJECTED -> {
        table.move(peer, PeerState.SUSPECT, reason);
        peer.lastHeardNs = now;
        listener.onLost(peer, reason);
      }
      case DRAINING -> {
        table.move(peer, PeerState.CONNECTING, "closed after draining");
        listener.onLost(peer, "closed after draining");
      }
      case SUSPECT -> {
        if (hadSession) {
          listener.onLost(peer, reason);
        }
      }
      case DOWN -> dialler.onLostWhileDown(peer, now);
      default -> {}
    }
  }

  void onRefused(Peer peer, String reason, long now) {
    peer.connected = false;
    peer.session = 0;
    dialler.onRefused(peer);
    if (peer.state() != PeerState.DOWN) {
      goDown(peer, reason, now);
    } else {
      peer.explain(reason);
    }
  }

  /** One of the two refuses the other: trying again at once would not change it. */
  void onDenied(Peer peer, String reason, long retryAfterNs, long now) {
    peer.connected = false;
    goDown(peer, reason, now);
    long pauseNs = Math.max(peer.untilNs - now, retryAfterNs);
    peer.untilNs = now + (long) (pauseNs * (1 + Math.abs(silence.jitter())));
  }

  /** Anything at all came from the server. */
  void onHeard(Peer peer, long now) {
    peer.lastHeardNs = now;
    doubt.onHeard(now);
    if (peer.session != 0 && peer.state() == PeerState.SUSPECT && !peer.stalled) {
      boolean young = now - peer.rampStartNs < peer.rampNs;
      if (peer.onTrial) {
        beginProbation(peer, "heard again", now);
      } else {
        table.move(peer, young ? PeerState.WARMING : PeerState.UP, "heard again");
      }
      listener.onReady();
    }
  }

  void onWelcome(Peer peer, Welcome welcome, long now) {
    boolean late = !peer.connected; // of a connection whose loss was heard first
    if (late || welcome.epoch() != peer.epoch || peer.session != 0 || welcome.session() == 0) {
      return;
    }
    boolean back = welcome.nodeId().equals(peer.nodeId);
    if (!back && peer.nodeId != null) {
      listener.onGone(peer, "the server was restarted");
    }
    peer.welcome(welcome, now);
    peer.justWelcomed = true;
    peer.lastHeardNs = now;
    peer.stalled = false;
    table.changed();
    if (welcome.draining()) {
      table.move(peer, PeerState.DRAINING, "draining");
    } else if (back && peer.isToBeTried()) {
      beginProbation(peer, "the same process answers again", now);
    } else {
      long rampNs = (back ? settings.slowStartBack() : settings.slowStart()).toNanos();
      long upNs = Math.min(welcome.uptimeMs(), 1L << 40) * 1_000_000;
      warmUp(peer, back ? now : now - upNs, rampNs, back ? "connected again" : "connected", now);
    }
    if (back) {
      listener.onBack(peer);
    }
    listener.onReady();
  }

  void onRefusal(Peer peer, Refusal refusal, long now) {
    if (refusal.reason() == Refusal.Reason.UNKNOWN_SESSION) {
      if (!peer.justWelcomed) { // or else it is about what came before the Welcome
        onSessionLost(peer, now);
      }
      return;
    }
    if (refusal.epoch() != peer.epoch && refusal.epoch() != 0) {
      return;
    }
    if (refusal.reason() == Refusal.Reason.NOT_AUTHORIZED) {
      peer.connected = false; // another try is to prove itself anew, on another connection
    }
    goDown(peer, "refused: " + refusal.reason() + ", " + Words.line(refusal.text()), now);
    long againNs = refusal.retryAfterNs();
    peer.helloNotBeforeNs = now + againNs;
    peer.untilNs = Math.max(peer.untilNs, now + againNs);
  }

  void onPong(Peer peer, Pong pong, long now) {
    pings.onPong(peer, pong, now);
    if (peer.state() == PeerState.PROBATION && ++peer.probationPongs <= PROBATION_PONGS) {
      if (peer.probationPongs < PROBATION_PONGS) {
        pings.send(peer, false, now);
      } else {
        table.changed();
        listener.onReady();
      }
    }
  }

  void onLoad(Peer peer, LoadReport load, long now) {
    stalls.onLoad(peer, load, now);
  }

  void onGoaway(Peer peer, Goaway goaway) {
    if (peer.state().canBecome(PeerState.DRAINING) && peer.session != 0) {
      table.move(peer, PeerState.DRAINING, "draining: " + Words.line(goaway.text()));
    }
  }

  /** A handler answered well. */
  void onSuccess(Peer peer, long now) {
    peer.failuresInRow = 0;
    endProbation(peer, now);
  }

  /** Something was answered; a good answer is told once more, by {@link #onSuccess}, when its call has ended. */
  void onAnswer(Peer peer, Response answer, long now) {
    if (RetryRules.isServerFault(answer)) {
      outliers.onFault(peer, now);
    } else if (answer.execution() == Execution.EXECUTED && answer.code() != Code.OK) {
      endProbation(peer, now);
    }
  }

  /** A handler answered, well or with an error that is not the server's fault. */
  private void endProbation(Peer peer, long now) {
    if (peer.state() == PeerState.PROBATION && peer.probationPongs >= PROBATION_PONGS) {
      warmUp(peer, now, settings.slowStartBack().toNanos(), "passed its probation", now);
      listener.onReady();
    }
  }

  /** Looks at every server; returns when to look again. */
  long check(long now) {
    long next = outliers.check(now);
    for (Peer peer : table.all()) {
      check(peer, now);
      next = Math.min(next, nextCheck(peer, now));
    }
    return next;
  }

  /** This process stood still: nobody is to be blamed for the silence. */
  void onLocalPause(long lateNs, long now) {
    silence.onLocalPause(lateNs, now);
    doubt.onLocalPause(now);
    for (Peer peer : table.all()) {
      peer.lastHeardNs = Math.min(now, peer.lastHeardNs + lateNs); // it may have been heard since
      peer.pingNs = peer.pingNs == 0 ? 0 : Math.min(now, peer.pingNs + lateNs);
    }
  }

  private void check(Peer peer, long now) {
    switch (peer.state()) {
      case CONNECTING -> {
        if (now >= dialler.mutedNs(peer)) {
          goDown(peer, dialler.muteReason(peer), now);
          dialler.onMute(peer);
        } else {
          greeter.check(peer, now);
        }
      }
      case DOWN -> {
        if (now >= peer.untilNs && peer.session == 0) {
          dialler.tryAgain(peer, now);
        } else {
          greeter.check(peer, now);
        }
      }
      case WARMING -> {
        if (now - peer.rampStartNs >= peer.rampNs) {
          table.move(peer, PeerState.UP, "warm");
          peer.untilNs = now + FORGIVEN_NS;
        }
        checkSilence(peer, now);
      }
      case UP -> {
        if (now >= peer.untilNs) {
          peer.downs = 0;
          peer.ejections = 0;
        }
        checkSilence(peer, now);
      }
      case EJECTED -> {
        if (now >= peer.untilNs) {
          beginProbation(peer, "time to try again", now);
        }
        checkSilence(peer, now);
      }
      case SUSPECT -> {
        greeter.check(peer, now);
        checkSilence(peer, now);
      }
      case PROBATION -> {
        if (now >= peer.trialLateNs()) { // others are not to wait for it
          peer.trial = null;
          table.changed();
          listener.onReady();
        }
        checkSilence(peer, now);
      }
      case DRAINING -> checkSilence(peer, now);
    }
  }

  private void checkSilence(Peer peer, long now) {
    switch (silence.judge(peer, now)) {
      case FINE -> {}
      case PING -> pings.send(peer, false, now);
      case PING_NOW -> pings.send(peer, true, now);
      case SUSPECT -> {
        String reason = "no answer to a ping for %d ms".formatted((now - peer.pingNs) / 1_000_000);
        table.move(peer, PeerState.SUSPECT, reason);
        listener.onSuspect(peer, reason);
      }
      case DOWN -> {
        long quietMs = (now - peer.lastHeardNs) / 1_000_000;
        goDown(peer, "silent for %d ms".formatted(quietMs), now);
        dialler.dial(peer, now);
      }
    }
  }

  private long nextCheck(Peer peer, long now) {
    return switch (peer.state()) {
      case CONNECTING -> Math.min(greeter.nextCheckNs(peer, now), dialler.mutedNs(peer));
      case DOWN -> Math.min(greeter.nextCheckNs(peer, now), Math.max(now + 1, peer.untilNs));
      case WARMING -> Math.min(peer.rampStartNs + peer.rampNs, silence.nextNs(peer, now));
      case EJECTED -> Math.min(peer.untilNs, silence.nextNs(peer, now));
      case SUSPECT -> Math.min(greeter.nextCheckNs(peer, now), silence.nextNs(peer, now));
      case PROBATION -> Math.min(peer.trialLateNs(), silence.nextNs(peer, now));
      case UP, DRAINING -> silence.nextNs(peer, now);
    };
  }

  private void goDown(Peer peer, String reason, long now) {
    peer.pingNs = 0;
    peer.stalled = false;
    peer.session = 0;
    peer.untilNs = now + dialler.backoffNs(peer);
    if (peer.state() != PeerState.DOWN) {
      table.move(peer, PeerState.DOWN, reason);
    } else {
      peer.explain(reason);
    }
    listener.onGone(peer, reason);
  }

  private void beginProbation(Peer peer, String reason, long now) {
    peer.beginProbation();
    table.move(peer, PeerState.PROBATION, reason);
    pings.sendUnlessAsked(peer, now);
  }

  private void warmUp(Peer peer, long rampStartNs, long rampNs, String reason, long now) {
    peer.beginRamp(rampStartNs, rampNs);
    table.move(peer, PeerState.WARMING, reason);
    if (now - rampStartNs >= rampNs) {
      table.move(peer, PeerState.UP, reason);
      peer.untilNs = now + FORGIVEN_NS;
    }
  }
}
