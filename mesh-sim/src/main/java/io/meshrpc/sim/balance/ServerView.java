package io.meshrpc.sim.balance;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A server as one client sees it. */
final class ServerView implements PeerView {
  private static final double WARM_NS = 10e9;
  private static final Duration ROUND_TRIP = Duration.ofNanos(2L * Network.MEAN_NS);

  final Client client;
  final Server server;
  private final Clock clock;
  private int inFlight;
  private @Nullable Request oldest;
  private @Nullable Request newest;
  private LoadReport load = LoadReport.NONE;
  private long loadNs = Long.MIN_VALUE;

  ServerView(Client client, Server server, Clock clock) {
    this.client = client;
    this.server = server;
    this.clock = clock;
  }

  void onSent(Request request) {
    inFlight++;
    request.before = newest;
    if (newest == null) {
      oldest = request;
    } else {
      newest.after = request;
    }
    newest = request;
  }

  void onEnded(Request request) {
    inFlight--;
    Request before = request.before;
    Request after = request.after;
    if (before == null) {
      oldest = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.before = before;
    }
    request.before = null;
    request.after = null;
  }

  void onLoad(LoadReport report) {
    load = report;
    loadNs = clock.nowNs;
  }

  @Override
  public String endpoint() {
    return "sim://" + server.index;
  }

  @Override
  public String incarnation() {
    return "%032x".formatted(server.index + 1);
  }

  @Override
  public String name() {
    return "s" + server.index;
  }

  @Override
  public PeerState state() {
    return weight() < 1 ? PeerState.WARMING : PeerState.UP;
  }

  @Override
  public String reason() {
    return "model";
  }

  @Override
  public int inFlight() {
    return inFlight;
  }

  @Override
  public long oldestAgeNs() {
    return oldest == null ? 0 : clock.nowNs - oldest.sentNs;
  }

  @Override
  public LoadReport load() {
    return load;
  }

  @Override
  public long loadAgeNs() {
    return loadNs == Long.MIN_VALUE ? Long.MAX_VALUE : clock.nowNs - loadNs;
  }

  @Override
  public double weight() {
    return Math.min(1, Math.max(0.1, (clock.nowNs - server.bornNs) / WARM_NS));
  }

  @Override
  public Duration roundTrip() {
    return ROUND_TRIP;
  }

  @Override
  public String toString() {
    return endpoint();
  }
}
