package io.meshrpc.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** One direction of one connection: frames in flight, in their order. */
final class Pipe extends Event {
  /** Where frames come out. */
  interface Mouth {
    /** A frame arrives. */
    void onFrame(byte[] frame);

    /** The other side has closed; nothing follows. */
    void onEnd();
  }

  private static final byte[] END = {};

  private final Kernel kernel;
  private final Lane lane;
  private final Mouth mouth;
  private final Hostility hostility;
  private final ArrayDeque<Frame> frames = new ArrayDeque<>();
  private boolean planned;
  private boolean closed;
  private long lastNs;

  Pipe(Kernel kernel, Lane lane, Hostility hostility, Mouth mouth) {
    this.kernel = kernel;
    this.lane = lane;
    this.hostility = hostility;
    this.mouth = mouth;
  }

  private record Frame(byte[] bytes, long arrivesNs) {}

  int size() {
    return frames.size();
  }

  void write(byte[] bytes) {
    write(bytes, 0);
  }

  /** Writes a frame that takes so much longer than usual; what follows it waits behind it. */
  void write(byte[] bytes, long extraNs) {
    if (!closed) {
      lastNs = Math.max(lastNs, lane.arrivalNs(bytes.length) + extraNs);
      lane.expect(lastNs);
      frames.addLast(new Frame(bytes, lastNs));
      goOn();
    }
  }

  /** Says that nothing follows; what is in flight still arrives. */
  void end() {
    write(END);
  }

  /** Ends it; what was in flight does not arrive. */
  List<byte[]> close() {
    closed = true;
    List<byte[]> lost = new ArrayList<>();
    for (Frame frame : frames) {
      if (frame.bytes != END) {
        lost.add(frame.bytes);
      }
    }
    frames.clear();
    return lost;
  }

  void goOn() {
    if (!planned && !frames.isEmpty()) {
      planned = true;
      kernel.at(frames.getFirst().arrivesNs, this);
    }
  }

  @Override
  void happen() {
    planned = false;
    if (closed) {
      return;
    }
    if (lane.isBlocked()) {
      lane.hold(this);
      return;
    }
    while (!closed && !frames.isEmpty() && frames.getFirst().arrivesNs <= kernel.nowNs()) {
      byte[] bytes = frames.removeFirst().bytes;
      if (bytes == END) {
        closed = true;
        mouth.onEnd();
      } else {
        hostility.pass(bytes, mouth);
      }
    }
    goOn();
  }
}
