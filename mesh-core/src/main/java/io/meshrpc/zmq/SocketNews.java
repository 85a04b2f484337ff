package io.meshrpc.zmq;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.zeromq.ZEvent;
import org.zeromq.ZMQ;
import org.zeromq.ZMonitor;

/** Tells of a client's connections by their routes what JeroMQ tells by addresses and channels. */
final class SocketNews {
  static final int EVENTS = ZMQ.EVENT_CONNECTED
      | ZMQ.EVENT_DISCONNECTED
      | ZMQ.EVENT_CLOSED
      | ZMQ.EVENT_HANDSHAKE_PROTOCOL
      | ZMQ.HANDSHAKE_FAILED_PROTOCOL
      | ZMQ.HANDSHAKE_FAILED_AUTH;

  private final Nudge nudge;
  private final Handshakes handshakes;
  private final Map<String, Long> byAddress = new ConcurrentHashMap<>();
  private final Map<Object, Long> byChannel = new ConcurrentHashMap<>(); // established connections

  SocketNews(Nudge nudge, Handshakes handshakes) {
    this.nudge = nudge;
    this.handshakes = handshakes;
  }

  /** For the loop: a connection was asked for. */
  void opened(long route, String address) {
    byAddress.put(address, route);
  }

  /** For the loop: a connection is not wanted any more. */
  void closed(long route) {
    handshakes.heard(route);
    byAddress.values().removeIf(known -> known == route);
    byChannel.values().removeIf(known -> known == route);
    nudge.settle(route);
  }

  /** For the loop: something came. */
  void from(long route) {
    nudge.settle(route);
    handshakes.heard(route);
  }

  /**
   * An event names an address, under which an earlier connection may just be ending. So the end of a
   * connection is told by its channel: that of an earlier one must not be taken for the end of its
   * successor. Called by who reads and writes.
   */
  void tell(ZmqTransport.News news, ZEvent event) {
    Object channel = event.getValue();
    if (event.getEvent() == ZMonitor.Event.DISCONNECTED) {
      Long ended = channel == null ? null : byChannel.remove(channel);
      if (ended != null) {
        onEnded(news, ended);
      }
      return;
    }
    Long route = byAddress.get(event.getAddress());
    if (route == null) {
      return;
    }
    switch (event.getEvent()) {
      case CONNECTED -> {
        if (byChannel.values().removeIf(known -> known.equals(route))) {
          news.onDisconnected(route); // an end that nobody has told, or that comes too late
        }
        byChannel.put(channel, route);
        nudge.onConnected(route);
        handshakes.onConnected(route, System.nanoTime());
        news.onConnected(route);
      }
      case CLOSED -> news.onRefused(route);
      case HANDSHAKE_PROTOCOL -> handshakes.onGreeted(route, System.nanoTime());
      case HANDSHAKE_FAILED_AUTH -> handshakes.onStatus(route, event);
      case HANDSHAKE_FAILED_PROTOCOL -> handshakes.onBroken(route, event);
      default -> {}
    }
  }

  private void onEnded(ZmqTransport.News news, long route) {
    nudge.settle(route);
    Handshakes.Failure failure = handshakes.onDisconnected(route, System.nanoTime());
    if (failure == null) {
      news.onDisconnected(route);
    } else {
      news.onDenied(route, failure);
    }
  }
}
