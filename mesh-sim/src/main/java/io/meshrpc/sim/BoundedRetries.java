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
 * sending, one further sending of each call, one for each definite handing back (drained, taken back,
 * stale), and asking the same process again. All others of a client process, since its start, are no
 * more than ten, one a second, and one for ten successes. Hedges have a budget of their own, see
 * {@link BoundedHedges}.
 */
final class BoundedRetries implements Invariant {
  private static final int STORE = 10;

  private Account[] accounts = {};

  private static final class Account {
    int boot;
    int paid;
    int handedBack;
    int successes;

    private void turnTo(int clientBoot) {
      if (boot != clientBoot) {
        boot = clientBoot;
        paid = 0;
        handedBack = 0;
        successes = 0;
      }
    }
  }

  @Override
  public void onSend(SimClient client, SimCall call, long route, Request request) {
    int hedges = call.hedge == 0 ? 0 : 1;
    if (request.repeat() || call.attempts() - hedges <= 2 || request.attempt() == call.hedge) {
      return;
    }
    Account account = account(client);
    account.paid++;
    double allowed = STORE + client.shownNs() / 1e9 + account.successes * 0.1 + account.handedBack;
    if (account.paid > allowed + 1e-6) {
      String text = "%s: %d retries (allowed: %.1f after %d successes), the last one %s";
      throw new Violation(
          "I5", text.formatted(client, account.paid, allowed, account.successes, call));
    }
  }

  @Override
  public void onHeard(SimClient client, Batch batch) {
    for (Packet packet : batch.packets()) {
      if (packet instanceof Cancelled cancelled) {
        boolean notStarted = cancelled.stage() == Cancelled.Stage.NOT_STARTED;
        account(client).handedBack += notStarted ? 1 : 0;
      } else if (packet instanceof Response response
          && response.execution() == Execution.NOT_EXECUTED) {
        switch (response.reason()) {
          case STALE_SESSION, DRAINING, REVOKED -> account(client).handedBack++;
          default -> {}
        }
      }
    }
  }

  @Override
  public void onEnded(SimCall call, boolean again, @Nullable Response response) {
    account(call.client).successes += call.succeeded() ? 1 : 0;
  }

  private Account account(SimClient client) {
    int index = client.index();
    if (index >= accounts.length) {
      int before = accounts.length;
      accounts = Arrays.copyOf(accounts, index + 16);
      for (int i = before; i < accounts.length; i++) {
        accounts[i] = new Account();
      }
    }
    Account account = accounts[index];
    account.turnTo(client.boot());
    return account;
  }
}
