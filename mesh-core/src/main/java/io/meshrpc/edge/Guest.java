package io.meshrpc.edge;

/** Users' code that runs on a thread that a loop lends. */
public interface Guest extends Runnable {
  /** It has run and was kept too long: another thread is the loop now. In the thread that ran it. */
  void overstayed();
}
