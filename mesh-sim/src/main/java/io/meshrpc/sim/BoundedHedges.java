package io.meshrpc.sim;

import io.meshrpc.api.HedgePolicy;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import java.util.HashMap;
import java.util.Map;

/**
 * I5, hedges: only of idempotent calls, one for each, beside the first attempt and at another server;
 * no more than the policy's share of the calls of a client process, save those where one of the two was
 * taken back before it started.
 */
final class BoundedHedges implements Invariant {
  private final HedgePolicy policy;
  private final Map<SimClient, Account> accounts = new HashMap<>(); // never walked

  BoundedHedges(HedgePolicy policy) {
    this.policy = policy;
  }

  private static final class Account {
    final int boot;
    int calls;
    int hedges;
    int takenBack;

    Account(int boot) {
      this.boot = boot;
    }
  }

  @Override
  public void onSend(SimClient client, SimCall call, long route, Request request) {
    Account account = account(client);
    boolean hedge = request.attempt() == call.hedge;
    if (call.idempotent && call.sends.size() == 1) {
      account.calls++;
    }
    if (!hedge) {
      return;
    }
    boolean beside = call.sends.size() == 2
        && call.sends.get(0).server() != call.sends.get(1).server();
    if (!call.idempotent || policy.isOff() || !beside) {
      throw new Violation("I5", "not to be hedged: " + call);
    }
    account.hedges++;
    double allowed = account.calls * policy.extraLoad() + account.takenBack;
    if (account.hedges > allowed + 1e-3) {
      String text = "%s: %d hedges (allowed: %.2f after %d calls), the last one %s";
      throw new Violation(
          "I5", text.formatted(client, account.hedges, allowed, account.calls, call));
    }
  }

  @Override
  public void onHeard(SimClient client, SimServer server, Batch batch) {
    for (Packet packet : batch.packets()) {
      if (packet instanceof Cancelled cancelled
          && cancelled.stage() == Cancelled.Stage.NOT_STARTED) {
        SimCall call = client.call(client.boot(), cancelled.seq());
        account(client).takenBack += call != null && call.hedge != 0 ? 1 : 0;
      }
    }
  }

  private Account account(SimClient client) {
    Account account = accounts.get(client);
    if (account == null || account.boot != client.boot()) {
      account = new Account(client.boot());
      accounts.put(client, account);
    }
    return account;
  }
}
