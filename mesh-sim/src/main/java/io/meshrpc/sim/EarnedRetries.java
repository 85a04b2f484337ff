package io.meshrpc.sim;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.RpcException;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * I5, from below: no call fails for want of a retry while its client process has one. At the start there
 * are ten; each second brings one and each success a tenth, up to ten again. The count is on the safe
 * side: whatever may have taken a retry has taken one. An answer may that is no success and hands nothing
 * back, for no move is free while most requests are refused; and so may each sending of an idempotent
 * call, or its end, once one of its servers has moved in the liveness table.
 */
final class EarnedRetries implements Invariant {
  private static final double STORE = 10;
  static final String FOR_WANT = "the retry budget is empty";

  private final Map<SimClient, Account> accounts = new HashMap<>(); // looked up, never walked

  /** Of one client process. */
  private static final class Account {
    final int boot;
    final Map<SimServer, PeerState> states = new HashMap<>(); // looked up, never walked
    final Map<SimCall, Score> open = new HashMap<>(); // sent and not ended
    double store = STORE;
    long filledNs; // on the client's clock
    int troubled; // open calls of which each may have taken one since it was last sent

    Account(int boot, long nowNs) {
      this.boot = boot;
      this.filledNs = nowNs;
    }

    void earn(double retries) {
      store = Math.min(STORE, store + retries);
    }

    void pay() {
      store = Math.max(0, store - 1);
    }

    void fill(long nowNs) {
      earn((nowNs - filledNs) / 1e9);
      filledNs = nowNs;
    }

    void trouble(SimCall call, Score score) {
      if (call.idempotent && !score.troubled) {
        score.troubled = true;
        troubled++;
      }
    }
  }

  private static final class Score {
    boolean troubled;
    boolean succeeded;
  }

  @Override
  public void onSend(SimClient client, SimCall call, long route, Request request) {
    Account account = account(client);
    Score score = account.open.computeIfAbsent(call, any -> new Score());
    if (score.troubled && request.attempt() != call.hedge) {
      account.fill(client.shownNs());
      account.pay();
    }
    SimCall.Send latest = call.sends.get(call.sends.size() - 1);
    PeerState state = account.states.get(client.sim.servers.get(latest.server()));
    if (state != PeerState.UP && state != PeerState.WARMING) {
      account.trouble(call, score);
    }
  }

  @Override
  public void onMoved(SimClient client, SimServer server, PeerState to, String reason) {
    Account account = account(client);
    account.states.put(server, to);
    account.open.forEach((call, score) -> {
      if (!score.troubled && wasSentTo(call, server)) {
        account.trouble(call, score); // only counts, so that their order does not matter
      }
    });
  }

  private static boolean wasSentTo(SimCall call, SimServer server) {
    for (SimCall.Send send : call.sends) {
      if (send.server() == server.index()) {
        return true;
      }
    }
    return false;
  }

  /** What is earned first and then paid is less than in any other order, for the store is bounded. */
  @Override
  public void onHeard(SimClient client, SimServer server, Batch batch) {
    Account account = account(client);
    for (Packet packet : batch.packets()) {
      Score score = packet instanceof Response answer ? score(account, client, answer) : null;
      if (score != null && ((Response) packet).code() == Code.OK && !score.succeeded) {
        score.succeeded = true;
        account.fill(client.shownNs());
        account.earn(0.1);
      }
    }
    for (Packet packet : batch.packets()) {
      Score score = packet instanceof Response answer ? score(account, client, answer) : null;
      if (score != null && mayNeedRetry((Response) packet)) {
        account.fill(client.shownNs());
        account.pay();
      }
    }
  }

  private static @Nullable Score score(Account account, SimClient client, Response answer) {
    SimCall call = client.call(client.boot(), answer.seq());
    return call == null ? null : account.open.get(call);
  }

  private static boolean mayNeedRetry(Response answer) {
    boolean good = answer.execution() == Execution.EXECUTED && answer.code() == Code.OK;
    return !good && !BoundedRetries.isHandedBack(answer);
  }

  @Override
  public void onEnded(SimCall call, boolean again, @Nullable Response response) {
    RpcException failure = call.call == null ? null : call.call.failure();
    onEnded(call, failure == null ? "" : String.valueOf(failure.getMessage()));
  }

  void onEnded(SimCall call, String text) {
    SimClient client = call.client;
    Account account = account(client);
    account.fill(client.shownNs());
    Score score = account.open.remove(call);
    if (score != null && score.troubled) {
      account.troubled--;
      account.pay();
    }
    double left = account.store - account.troubled;
    if (left >= 1 && text.contains(FOR_WANT)) {
      String what = "%s has %.1f retries at least, and refuses one: %s";
      throw new Violation("I5", what.formatted(client, left, call));
    }
  }

  private Account account(SimClient client) {
    Account account = accounts.get(client);
    if (account == null || account.boot != client.boot()) {
      account = new Account(client.boot(), client.shownNs());
      accounts.put(client, account);
    }
    return account;
  }
}
