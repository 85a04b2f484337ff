package io.meshrpc.sim;

import io.meshrpc.wire.Request;
import java.util.HashMap;
import java.util.Map;

/**
 * I6: no request says that more time is left than its caller waits, and no handler starts later than the
 * requests said that its server has read.
 */
final class NotTooLate implements Invariant {
  private static final long UNIT_NS = 1000; // the least that a request can say
  private final Map<Copy, Long> latest = new HashMap<>(); // on the server's clock; never walked

  /** What one server process has of a call. */
  private record Copy(long call, int server, int boot) {}

  @Override
  public void onSend(SimClient client, SimCall call, long route, Request request) {
    long leftNs = Math.max(UNIT_NS, call.deadlineShownNs - client.shownNs());
    if (request.timeLeftUs() * UNIT_NS > leftNs) {
      String text = "a request says %d us, %.3f are left: %s";
      throw new Violation("I6", text.formatted(request.timeLeftUs(), leftNs / 1e3, call));
    }
  }

  @Override
  public void onAsked(SimServer server, SimCall call, Request request) {
    long untilNs = server.shownNs() + request.timeLeftUs() * UNIT_NS;
    latest.merge(new Copy(call.id, server.index(), server.boot()), untilNs, Math::max);
  }

  @Override
  public void onRun(HandlerRun run) {
    onRun(run.server, run.call);
  }

  void onRun(SimServer server, SimCall call) {
    Copy copy = new Copy(call.id, server.index(), server.boot());
    if (server.shownNs() >= latest.getOrDefault(copy, Long.MIN_VALUE)) {
      throw new Violation("I6", server + " starts it after its deadline: " + call);
    }
  }
}
