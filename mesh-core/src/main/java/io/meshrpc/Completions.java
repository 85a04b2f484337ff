package io.meshrpc;

import io.meshrpc.api.MeshListener;
import io.meshrpc.core.ClientCall;
import io.meshrpc.edge.Completion;
import io.meshrpc.edge.WakeUps;
import io.meshrpc.zmq.ClientNode;
import io.meshrpc.zmq.Guests;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** Hands what the loop has ended to those who wait for it. */
final class Completions implements ClientNode.Ears {
  private final Callbacks callbacks;
  private final Runnable whenClosed;
  private final News news;
  private final WakeUps wakeUps = new WakeUps();

  Completions(MeshClientBuilder builder) {
    Executor own = builder.callbackExecutor;
    if (own == null) {
      var pool = DaemonThreads.forShortTasks("mesh-callback-" + builder.name, 4);
      callbacks = new Callbacks(pool.executor(), builder.quickNs);
      whenClosed = pool.end();
    } else {
      callbacks = new Callbacks(own, 0);
      whenClosed = () -> {};
    }
    news = new News("mesh-client-" + builder.name, builder.listener);
  }

  @Override
  public void onCompleted(List<ClientCall> calls) {
    wakeUps.wake(calls);
    boolean each = callbacks.runEach();
    List<Completion> some = null;
    for (int i = 0; i < calls.size(); i++) {
      if (!(calls.get(i).ticket() instanceof Completion completion)
          || completion.isLeftToWaiter()) {
        continue;
      }
      if (each) {
        callbacks.run(completion);
      } else {
        some = some == null ? new ArrayList<>(calls.size() - i) : some;
        some.add(completion);
      }
    }
    if (some != null) {
      callbacks.run(some);
    }
  }

  @Override
  public Guests guests() {
    return callbacks;
  }

  @Override
  public void onTransition(MeshListener.Transition transition) {
    news.transition(transition);
  }

  @Override
  public void onRefused(String server, String reason) {
    news.refused(server, reason);
  }

  @Override
  public void onStray(String address, int bytes, String reason) {
    news.stray(address, bytes, reason);
  }

  @Override
  public void onClosed() {
    callbacks.close();
    whenClosed.run();
    news.close();
  }
}
