package io.meshrpc.security;

import io.meshrpc.edge.SafeLog;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the files of a security from time to time, in a daemon thread that ends when the security
 * is closed or nobody holds it any more.
 */
final class FileWatch implements Runnable {
  private final WeakReference<TlsSecurity> watched;
  private final long everyMs;

  private FileWatch(TlsSecurity security, Duration every) {
    this.watched = new WeakReference<>(security);
    this.everyMs = Math.max(1, every.toMillis());
  }

  static void start(TlsSecurity security, Duration every) {
    Thread thread = new Thread(new FileWatch(security, every), "mesh-tls-files");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void run() {
    try {
      do {
        Thread.sleep(everyMs);
      } while (look(watched.get()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // somebody wants it to end
    }
  }

  private static boolean look(@Nullable TlsSecurity security) {
    if (security == null || security.isClosed()) {
      return false;
    }
    try {
      security.reloadIfChanged();
    } catch (Throwable e) { // whatever it is: the next certificate is not to be missed for it
      SafeLog.log(
          Level.ERROR, "TLS: the files could not be looked at; what was read before stays", e);
    }
    return true;
  }
}
