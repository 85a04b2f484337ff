package io.meshrpc.zmq;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what a door says. */
final class Doorbell implements Door.Ears {
  final List<String> reasons = new CopyOnWriteArrayList<>();

  @Override
  public void onFirst() {}

  @Override
  public void onShownOut(String address, String reason) {
    reasons.add(reason);
  }

  @Override
  public void onNotTaken() {
    reasons.add("not taken");
  }
}
