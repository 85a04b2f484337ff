package io.meshrpc.sim;

import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.wire.Batch;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * I13: a server from which its client has heard nothing for too long takes no calls any more, and is
 * down some time later; a server where nobody listens is down at once; and no server is suspected, or
 * down, for a silence that is shorter than the settings say.
 *
 * <p>How long is too long follows from the settings. A client that stood still, or heard nobody at all,
 * may doubt itself, and then has as much more time as it may ever have.
 */
final class SilenceNoticed implements Invariant {
  private static final long LOOK_NS = 100_000_000; // between two looks at the servers of a client
  private static final long SLACK_NS =
      100_000_000; // of ticks, and of rests that are looked at again
  private static final long NOBODY_NS = 40_000_000; // less than any ping's patience
  private static final long CALM_NS = 10_000_000_000L; // by then no doubt is left
  private static final long SUSPENDED_MAX_NS = 5_000_000_000L; // after a pause
  private static final long DOWN_MAX_NS = 10_000_000_000L; // however great the doubt
  private static final double JITTER = 1.1;

  private final LivenessSettings settings;
  private final long quietNs; // before the answer to a ping is waited for
  private final Map<SimClient, View> views = new HashMap<>(); // looked up, never walked

  /** Of one client process; times are on its clock unless it says otherwise. */
  private static final class View {
    final int boot;
    final Map<SimServer, Known> servers = new LinkedHashMap<>();
    long heardNs; // anybody
    long turnNs; // the last one, in true time
    long troubledNs; // when it last may have begun to doubt itself
    long pauseEndNs;
    long lookNs;

    View(int boot, long nowNs) {
      this.boot = boot;
      this.heardNs = nowNs;
      this.troubledNs = Long.MIN_VALUE / 2;
      this.pauseEndNs = Long.MIN_VALUE / 2;
    }
  }

  private static final class Known {
    PeerState state = PeerState.CONNECTING;
    long heardNs;
    long movedNs;
  }

  SilenceNoticed(LivenessSettings settings, int servers) {
    this.settings = settings;
    long intervalNs = settings.heartbeatInterval().toNanos();
    long grownNs = Math.min(20_000_000_000L, settings.heartbeatPerServer().toNanos() * servers);
    this.quietNs = (long) (Math.max(intervalNs, grownNs) * JITTER);
  }

  @Override
  public void onHeard(SimClient client, SimServer server, Batch batch) {
    long nowNs = client.shownNs();
    View view = view(client);
    noteTrouble(view, nowNs);
    view.heardNs = nowNs;
    known(view, server).heardNs = nowNs;
  }

  private static void noteTrouble(View view, long nowNs) {
    if (view.servers.size() > 1 && nowNs - view.heardNs > NOBODY_NS) {
      view.troubledNs = nowNs;
    }
  }

  @Override
  public void onMoved(SimClient client, SimServer server, PeerState to, String reason) {
    long nowNs = client.shownNs();
    Known known = known(view(client), server);
    long silentNs = nowNs - known.heardNs;
    long leastNs = 0;
    if (to == PeerState.SUSPECT && reason.startsWith("no answer to a ping")) {
      leastNs = settings.overdueMin().plus(settings.pingPatienceMin()).toNanos();
    } else if (to == PeerState.DOWN && reason.startsWith("silent for")) {
      leastNs = settings.downAfter().toNanos();
    }
    if (silentNs < leastNs) {
      String text = "%s has heard %s %.3f ms ago, and has it as %s: %s";
      throw new Violation("I13", text.formatted(client, server, silentNs / 1e6, to, reason));
    }
    known.state = to;
    known.movedNs = nowNs;
  }

  @Override
  public void onClientTurn(SimClient client) {
    long nowNs = client.shownNs();
    View view = view(client);
    noteTrouble(view, nowNs);
    if (client.pausedUntilNs() > view.turnNs) {
      view.troubledNs = nowNs;
      view.pauseEndNs = nowNs;
    }
    view.turnNs = client.sim.kernel.nowNs();
    if (nowNs >= view.lookNs) {
      view.lookNs = nowNs + LOOK_NS;
      view.servers.forEach((server, known) -> check(client, server, view, known, nowNs));
    }
  }

  private void check(SimClient client, SimServer server, View view, Known known, long nowNs) {
    long sinceNs = Math.max(known.heardNs, view.pauseEndNs);
    boolean calm = nowNs - view.troubledNs > CALM_NS;
    long mostNs;
    switch (known.state) {
      case UP, WARMING, PROBATION, EJECTED -> mostNs = doubtfulAfterNs(calm);
      case SUSPECT, DRAINING -> {
        sinceNs = Math.max(sinceNs, known.movedNs);
        mostNs = downAfterNs(calm);
      }
      default -> {
        return;
      }
    }
    if (nowNs - sinceNs > mostNs) {
      String text = "%s has heard nothing of %s for %.0f ms, and has it as %s";
      double silentMs = (nowNs - known.heardNs) / 1e6;
      throw new Violation("I13", text.formatted(client, server, silentMs, known.state));
    }
    if (client.knowsRefused(server)) {
      String text = "%s knows that nobody listens at %s, and has it as %s";
      throw new Violation("I13", text.formatted(client, server, known.state));
    }
  }

  private long doubtfulAfterNs(boolean calm) {
    long patienceNs = settings.pingPatienceMax().toNanos();
    long doubtedNs = quietNs + patienceNs * (1 + settings.selfDoubtMax());
    return SLACK_NS + (calm ? quietNs + patienceNs : Math.max(doubtedNs, SUSPENDED_MAX_NS));
  }

  private long downAfterNs(boolean calm) {
    long spanNs = settings.downAfter().toNanos();
    long doubtedNs = Math.min(DOWN_MAX_NS, spanNs * (1 + settings.selfDoubtMax()));
    long mostNs = calm ? spanNs : Math.max(spanNs, Math.max(doubtedNs, SUSPENDED_MAX_NS));
    return SLACK_NS + quietNs + mostNs; // more servers: silence is noticed later
  }

  private View view(SimClient client) {
    View view = views.get(client);
    if (view == null || view.boot != client.boot()) {
      view = new View(client.boot(), client.shownNs());
      views.put(client, view);
    }
    return view;
  }

  private static Known known(View view, SimServer server) {
    return view.servers.computeIfAbsent(server, any -> new Known());
  }
}
