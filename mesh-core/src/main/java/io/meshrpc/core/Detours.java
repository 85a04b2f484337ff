package io.meshrpc.core;

import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a call has that did not go straight to a server and back. It is timed while the call pauses. */
final class Detours extends Timers.Timed {
  static final byte[] NO_TAIL = {};

  final ClientCall call;
  byte[] tail = NO_TAIL; // of its payload
  HedgePolicy hedge = HedgePolicy.OFF;

  // Its pause.
  boolean needsBudget;
  boolean choice; // not a retry: a choice that was put off
  long backoffNs; // of the latest
  int asked; // how often its present choice was put off

  // Its attempts after the first.
  List<Attempt> others = List.of();
  int askedAgain; // times that one of its attempts got another number
  int uncounted; // numbers that do not count against the policy
  int freeMoves; // displacements and refusals that did not need the budget
  int repicks; // times that it was handed back
  int hedgeAttempt;

  Hedger.@Nullable Hedge hedging; // null if the call is not to be hedged

  boolean admitted; // was let through, should all servers be coming back

  @Nullable
  Status cancelled; // before it was started

  Detours(ClientCall call) {
    this.call = call;
  }

  void add(Attempt attempt) {
    others = others.isEmpty() ? new ArrayList<>() : others;
    others.add(attempt);
  }
}
