package io.meshrpc.sim;

import io.meshrpc.api.Execution;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * I5: retries stay within the budget. Free are, by docs/decisions/0003 and docs/PROTOCOL.md, the first
 * sending, one further sending of each call because of a server that is lost or did not run it, one for
 * each definite handing back (drained, taken back, stale), and asking the same process again. All others
 * of a client process are no more than ten, one a second, and one for ten successes: since its start,
 * and in every ten seconds. Hedges have a budget of their own, see {@link BoundedHedges}.
 *
 * <p>The budget is asked when an answer comes that makes a retry necessary, or later, when a pause is
 * over, but not after the sending: a retry counts in the windows that hold both. The failure of one of
 * two attempts of a hedged call makes none necessary.
 */
final class BoundedRetries implements Invariant {
  private static final int STORE = 10;
  private static final int WINDOW_SLOTS = 100;
  private static final double WINDOW_SECONDS = WINDOW_SLOTS * RecentCounts.SLOT_NS / 1e9;

  private Account[] accounts = {};

  /** Of one client process. */
  private static final class Account {
    final int boot;
    final RecentCounts recentlyPaid = new RecentCounts();
    final RecentCounts recentSuccesses = new RecentCounts();
    int paid;
    int successes;

    Account(int boot) {
      this.boot = boot;
    }
  }

  @Override
  public void onSend(SimClient client, SimCall call, long route, Request request) {
    if (!request.repeat() && request.attempt() != call.hedge) {
      onSend(client, call);
    }
  }

  void onSend(SimClient client, SimCall call) {
    int hedges = call.hedge == 0 ? 0 : 1;
    boolean free = call.attempts() - hedges == 1 || isFree(call);
    long failedNs = call.failedNs;
    call.failedNs = -1;
    call.mayHaveRun = false;
    if (!free) {
      long nowNs = client.shownNs();
      Account account = account(client);
      account.paid++;
      check(client, call, account.paid, nowNs / 1e9, account.successes, "since its start");
      checkWindow(client, call, account, failedNs >= 0 ? failedNs : nowNs, nowNs);
    }
  }

  private static boolean isFree(SimCall call) {
    if (call.handedBack > 0) {
      call.handedBack--;
      return true;
    }
    if (call.mayMove && !call.mayHaveRun) {
      call.mayMove = false;
      return true;
    }
    return false;
  }

  /** The one that ends now: windows that ended earlier were looked at then. */
  private static void checkWindow(
      SimClient client, SimCall call, Account account, long failedNs, long nowNs) {
    account.recentlyPaid.add(failedNs / RecentCounts.SLOT_NS);
    long to = nowNs / RecentCounts.SLOT_NS;
    long from = to - WINDOW_SLOTS + 1;
    int paid = account.recentlyPaid.sum(from, to);
    int successes = account.recentSuccesses.sum(from, to);
    check(client, call, paid, WINDOW_SECONDS, successes, "in ten seconds");
  }

  private static void check(
      SimClient client, SimCall call, int paid, double seconds, int successes, String when) {
    double allowed = STORE + seconds + successes * 0.1;
    if (paid > allowed + 1e-6) {
      String text = "%s: %d retries %s (allowed: %.1f after %d successes), the last one %s";
      throw new Violation("I5", text.formatted(client, paid, when, allowed, successes, call));
    }
  }

  @Override
  public void onHeard(SimClient client, SimServer server, Batch batch) {
    for (Packet packet : batch.packets()) {
      if (packet instanceof Cancelled cancelled) {
        SimCall call = client.call(client.boot(), cancelled.seq());
        if (call != null && cancelled.stage() == Cancelled.Stage.NOT_STARTED) {
          call.handedBack++;
        }
      } else if (packet instanceof Response response) {
        SimCall call = client.call(client.boot(), response.seq());
        if (call != null) {
          onAnswer(client, call, response);
        }
      }
    }
  }

  private static void onAnswer(SimClient client, SimCall call, Response response) {
    boolean run = response.execution() != Execution.NOT_EXECUTED;
    if (!run && isHandedBack(response)) {
      call.handedBack++;
    } else if (call.hedge != 0 && !call.oneOfTwoFailed) {
      call.oneOfTwoFailed = true; // no reason to send
    } else {
      call.mayHaveRun |= run;
      call.failedNs = client.shownNs();
    }
  }

  static boolean isHandedBack(Response response) {
    return switch (response.reason()) {
      case STALE_SESSION, DRAINING, REVOKED -> true;
      default -> false;
    };
  }

  @Override
  public void onEnded(SimCall call, boolean again, @Nullable Response response) {
    if (call.succeeded()) {
      Account account = account(call.client);
      account.successes++;
      account.recentSuccesses.add(call.client.shownNs() / RecentCounts.SLOT_NS);
    }
  }

  private Account account(SimClient client) {
    int index = client.index();
    if (index >= accounts.length) {
      accounts = Arrays.copyOf(accounts, index + 16);
    }
    Account account = accounts[index];
    if (account == null || account.boot != client.boot()) {
      account = new Account(client.boot());
      accounts[index] = account;
    }
    return account;
  }
}
