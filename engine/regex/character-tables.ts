// What CPython 3.13 takes for word, digit and case; written by record_character_tables.py, never by hand.

/** `str.isalnum()` or `_`: alternating gap and length in base 36. */
export const WORD_RANGES =
  "1c a 7 q 4 1 1 q 1b 1 7 2 1 1 3 2 1 3 1 n 1 v 1 cq 4 c e 5 7 1 1 1 3l 5 1 2 2 4 1 1 6 1 1 3 1 1 1 k " +
  "1 2b 1 3v 8 4m 1 12 2 1 6 15 1z r 4 4 19 17 l a 4 2 1 2r 1 1 f 2 7 f 2 1 g 1 1 u t 2h b 1 e 17 9 2 " +
  "4 1 5 m 4 1 9 1 3 1 n p 7 b 5 o 1 6 h 16 1m 1i 3 1 i 1 7 a 4 a 1 g 4 8 2 2 2 m 1 7 1 1 3 4 3 1 g 1 " +
  "d 2 1 3 4 c 2 6 2 1 8 6 4 2 2 m 1 7 1 2 1 2 1 2 v 4 1 1 7 a 2 3 g 9 1 3 1 m 1 7 1 2 1 5 3 1 i 1 f 2 " +
  "4 a 9 1 b 8 2 2 2 m 1 7 1 2 1 5 3 1 u 2 1 3 4 a 1 7 b 1 1 6 3 3 1 4 3 2 1 1 1 2 3 2 3 3 3 c m 1 l d " +
  "i 8 1 3 1 n 1 g 3 1 q 3 2 1 2 2 4 a 8 7 1 1 4 8 1 3 1 n 1 a 1 5 3 1 v 2 1 2 4 a 1 2 h 9 1 3 1 15 2 " +
  "1 g 1 5 3 1 a 4 j 1 6 5 i 3 o 1 9 1 1 2 7 v a h 1c 1 2 c 7 9 a 13 2 1 1 1 5 1 o 1 1 1 a 1 2 9 1 2 5 " +
  "1 1 9 a 2 4 w 1 v k c 8 1 10 r 5 37 17 k b 6 6 4 4 3 1 3 2 7 3 4 d c 1 1 a 6 12 1 1 5 1 2 17 1 99 1 " +
  "4 2 7 1 1 1 4 2 15 1 4 2 x 1 4 2 7 1 1 1 4 2 f 1 1l 1 4 2 1v e k 3 g g 2e 2 6 3 h8 2 h 1 q 5 23 3 b " +
  "7 i d j e i e d 1 3 f 1g z 1 4 1 3 a 6 a m a 6 2h 7 5 2 y 1 1 5 1y a v 13 14 2 5 b 18 4 q 6 b 11 n " +
  "9 1h 17 a 6 a d 1 2l 1b h 8 3 a 15 u d 1k q 10 s a 3 1d 2 9 7 17 2 3 15 4 1 6 1 2 3 1 5 5c 1s 7q 2 " +
  "6 2 12 2 6 2 8 1 1 1 1 1 1 1 v 2 1h 1 7 1 1 3 3 1 7 3 4 2 6 4 d 5 3 1 7 37 2 2 6 5 b 6 d 2t 1 4 1 2 " +
  "a 1 1 3 5 6 1 1 1 1 1 1 4 1 b 2 4 5 5 4 1 1 1m k6 1o 26 m hi u vg 6d 6 4 3 2 9 1 2 12 1 1 5 1 2 1k " +
  "7 1 g n 9 7 1 7 1 7 1 7 1 7 1 7 1 7 1 7 28 1 d1 3 p 9 7 5 2 5 4 2e 6 3 1 2i 1 4 5 17 1 2m 3 4 a w " +
  "1c g w a u 8 1 f w a 13 f 8w 534 1s h3h 1v 1a 2 7h 3 s k 1b g v 2 28 13 9 2 2v 2 1s 5 2 1 1 1 5 o g " +
  "1 3 1 4 1 n d 6 a 1g e 1e s a o 6 3 1 1 2 1 12 a n p t 7 1b s b 6 5 1 p 1 15 n 3 1 8 4 a 6 n 3 1 3 " +
  "1e 1 1 3 2 2 5 2 1 1 1 o 3 2 b 7 3 c 6 2 6 2 6 9 7 1 7 1 17 1 e 6 37 d a 6 8mc c n 4 1d 6is a6 2 2y " +
  "12 7 c 5 5 1 1 a 1 d 1 5 1 1 1 2 1 2 1 30 x a3 i 1s 2 1i 14 c 38 5 1 3r j a 7 q 6 q b 2h 3 6 2 6 2 " +
  "6 2 3 z c 1 q 1 j 1 2 1 f 2 e y 3f c 19 c 1l h 2 6s t 3 1d g r 4 10 9 u 5 12 a u 2 10 4 8 1 5 16 4e " +
  "2 a 6 10 4 10 4 14 8 1g c b 1 f 1 7 1 2 1 b 1 f 1 7 1 2 1v 8n 9 m a 8 o 6 1 16 1 9 1x 6 2 1 1 18 1 " +
  "2 3 1 2 n 2 v 2 12 8 9 1c j 1 2 5 x 4 q 1y 1k 4 k 2 1b f 4 1 3 1 t a 9 n v 1 w w 8 1 s 6 5 g 1i a m " +
  "2 r 5 q n 7 28 21 1j 1f d 1f 7 16 c a 86 v 1 16 6 2 26 14 8 m b 4 r i 1a s k n c 1h q u 1 2 2 1 d " +
  "19 w p 7 a 9 10 f a 4 1 2 1 8 z 3 1 c 1c e 4 b b 1 1 4 k b i 1 p j 2 1r 7 1 1 1 4 1 f 1 a 7 1b h a " +
  "b 8 2 2 2 m 1 7 1 2 1 5 3 1 i 1 c 5 4e 1h i 4 5 a 5 3 u 1c k 2 1 1 8 a 4m 1b 15 4 10 1c k 1 b a 12 " +
  "17 d 1 7 a 1i r l c 4 7 55 18 38 2b c 8 2 1 2 8 1 2 1 o f 1 1 1 e a 1y 8 2 13 g 1 1 1 s 1 a 14 7 1 " +
  "l 1 b 1a j 1 i 21 7b 9 1 11 h 1 f t 5 u 34 7 1 2 1 12 l 1 9 a 6 6 1 2 1 w e 1 7 a 8m j f 1 1 d 1 y " +
  "s a 2e 1 f l 17 pm 2u 33 h 5g 218 2p f ts h 6 33t g7 6nt ft 7 v 1 a 6 27 1 a 6 u i 1c g 4 c a 1 7 1 " +
  "l 5 j j4 2f 2x 23 5 1 1u d 1s 2 1 1 s 4qg 8 ye 16 9 6w7 4 1 7 1 2 1 83 f 1 t 3 2 1 e 4 8 b0 1s4 2z " +
  "5 d 3 9 7 a 4di k c k 30 p 3r 2d 1 1z 1 2 2 1 2 2 2 4 1 c 1 1 1 7 1 1t 1 4 2 8 1 7 1 s 1 4 1 5 1 1 " +
  "3 7 1 9g 2 p 1 p 1 v 1 p 1 v 1 p 1 v 1 p 1 v 1 p 1 8 2 1e 1ds v 6 6 79 1q 42 19 a 7 2 a 4 1 8x u i " +
  "18 4 a d2 s 4 a km 7 1 4 1 2 1 f 1 5h 2 9 1c 1w 7 1 4 a lz 1n 1 3 1 4 24 19 1 f 5e 4 1 r 1 2 1 1 2 " +
  "1 1 a 1 4 1 1 1 1 6 1 4 1 1 1 1 1 1 3 1 2 1 1 2 1 1 1 1 1 1 1 1 1 1 2 1 1 2 4 1 7 1 4 1 4 1 1 1 a 1 " +
  "h 5 3 1 5 1 h g4 d 25f a sm wyo w 37e 6 66 2 4g2 e 5rl f ha 1wi f2 15u 3t7 5 38g";

/** `str.isdecimal()`, encoded likewise. */
export const DIGIT_RANGES =
  "1c a 17q a 3q a 5i a bg a 3a a 3a a 3a a 3a a 3a a 3a a 3a a 3a a 3a a 2o a 3a a 1y a 7q a 1y a 1fq " +
  "a 12 a 8c a 3k a 4m a 6 a 52 a 2e a 3q a 6 a r7q a iu a 12 a 5i a m a 2e a ba a geu a 13a a 1om a " +
  "mk a 3k a 1o a 40 a 7q a 9i a 3a a ae a 2u a 2u a bq a 2u a l2 a 6u a 1y a bq a eti a 2e a 3q a lf8 " +
  "1e 1ts a bq a dy a uu a 3o6 a";

/** `str.isspace()`, encoded likewise. */
export const SPACE_RANGES = "9 5 e 5 2s 1 q 1 4bj 1 1vj b t 2 5 1 1b 1 334 1";

/** Simple lower-casing as `start,count,step,delta` runs in base 36. */
export const LOWER_RUNS =
  "1t,q,1,w 5c,n,1,w 60,7,1,w 74,o,2,1 8g,1,1,-5j 8i,3,2,1 8p,8,2,1 96,n,2,1 ag,1,1,-3d ah,3,2,1 " +
  "ap,1,1,5u aq,2,2,1 au,1,1,5q av,2,4,1 ax,2,1,5p b2,1,1,27 b3,1,1,5m b4,1,1,5n b5,1,1,1 b7,1,1,5p " +
  "b8,1,1,5r ba,1,1,5v bb,1,1,5t bc,1,1,1 bg,1,1,5v bh,1,1,5x bj,1,1,5y bk,3,2,1 bq,1,1,62 br,1,1,1 " +
  "bt,1,1,62 bw,1,1,1 by,1,1,62 bz,2,4,1 c1,2,1,61 c5,1,1,1 c7,1,1,63 c8,2,4,1 ck,1,1,2 cl,1,1,1 " +
  "cn,1,1,2 co,1,1,1 cq,1,1,2 cr,9,2,1 da,9,2,1 dt,1,1,2 du,2,2,1 dy,1,1,-2p dz,1,1,-1k e0,k,2,1 " +
  "f4,1,1,-3m f6,9,2,1 fu,1,1,8bv fv,1,1,1 fx,1,1,-4j fy,1,1,8bs g1,1,1,1 g3,1,1,-5f g4,1,1,1x " +
  "g5,1,1,1z g6,5,2,1 og,2,2,1 om,1,1,1 ov,1,1,38 p2,1,1,12 p4,3,1,11 p8,1,1,1s pa,2,1,1r pd,h,1,w " +
  "pv,9,1,w r3,1,1,8 rc,c,2,1 s4,1,1,-1o s7,1,1,1 s9,1,1,-7 sa,1,1,1 sd,3,1,-3m sg,g,1,28 sw,w,1,w " +
  "v4,h,2,1 wa,r,2,1 xs,1,1,f xt,7,2,1 y8,1c,2,1 10x,12,1,1c 3a8,12,1,5ls 3bb,1,1,5ls 3bh,1,1,5ls " +
  "3vk,28,1,tzk 3xs,6,1,8 5n4,17,1,-2bk 5od,3,1,-2bk 5xc,23,2,1 61q,1,1,-5vj 61s,1c,2,1 64o,8,1,-8 " +
  "654,6,1,-8 65k,8,1,-8 660,8,1,-8 66g,6,1,-8 66x,4,2,-8 67c,8,1,-8 688,8,1,-8 68o,8,1,-8 694,8,1,-8 " +
  "69k,2,1,-8 69m,2,1,-22 69o,1,1,-9 6a0,4,1,-2e 6a4,1,1,-9 6ag,2,1,-8 6ai,2,1,-2s 6aw,2,1,-8 " +
  "6ay,2,1,-34 6b0,1,1,-7 6bc,2,1,-3k 6be,2,1,-3i 6bg,1,1,-9 6jq,1,1,-5st 6ju,1,1,-6gv 6jv,1,1,-6di " +
  "6k2,1,1,s 6lc,g,1,g 6mb,1,1,1 792,q,1,q 8ow,1c,1,1c 8rk,1,1,1 8rm,1,1,-8af 8rn,1,1,-2xy " +
  "8ro,1,1,-89z 8rr,3,2,1 8rx,1,1,-8bg 8ry,1,1,-8al 8rz,1,1,-8bj 8s0,1,1,-8bi 8s2,1,1,1 8s5,1,1,1 " +
  "8se,2,1,-8cf 8sg,1e,2,1 8vf,2,2,1 8vm,1,1,1 wu8,n,2,1 ww0,e,2,1 x0i,k,4,1 x0k,3,4,1 x10,f,4,1 " +
  "x2x,2,2,1 x31,1,1,-r9g x32,5,2,1 x3f,1,1,1 x3h,1,1,-wmg x3k,2,2,1 x3q,a,2,1 x4a,2,4,-wn8 " +
  "x4b,1,1,-wnj x4c,1,1,-wnf x4d,1,1,-wn5 x4g,1,1,-wlu x4h,1,1,-wmi x4i,1,1,-wlx x4j,1,1,ps x4k,8,2,1 " +
  "x50,1,1,-1c x51,1,1,-wn7 x52,1,1,-raw x53,2,2,1 x5c,1,1,1 x5i,2,2,1 x6d,1,1,1 1ee9,q,1,w " +
  "1fcw,14,1,14 1fhs,10,1,14 1fn4,j,2,13 1fn5,a,4,13 1fn7,2,4,13 1fnj,3,4,13 1fnz,1,1,13 1h1c,1f,1,1s " +
  "1jfk,w,1,w 20cg,w,1,w 2olc,y,1,y";

/** Lower-case characters whose upper case is not the one that lowers to them, as runs. */
export const UPPER_EXCEPTIONS =
  "2x,2,2,-w 51,1,1,kn 67,1,1,-3w 6d,1,1,-w 8h,1,1,-6g 95,1,1,ab an,1,1,-8c cm,1,1,-2 cp,1,1,-2 " +
  "cs,1,1,-2 ds,1,1,-bq dv,1,1,-2 n9,1,1,2c pc,1,1,9 q8,1,1,-b qg,1,1,-w qq,1,1,-v qx,1,1,-w " +
  "r4,1,1,-1q r5,1,1,-1l r9,1,1,-1b ra,1,1,-1i s0,1,1,-2e s1,1,1,-28 s5,1,1,-2o 13b,1,1,-2a " +
  "5mo,1,1,-4tq 5mp,1,1,-4tp 5mq,1,1,-4tg 5mr,2,1,-4te 5mt,1,1,-4tf 5mu,1,1,-4t8 5mv,1,1,-4rp " +
  "5mw,1,1,r7m 61i,1,1,-5zi 61j,1,1,-5z7 61k,1,1,-5z5 61l,1,1,-5z4 61m,1,1,-5zt 61n,1,1,-1n " +
  "66o,1,1,-5gr 66q,1,1,-5gt 66s,1,1,-5gv 66u,1,1,-5gx 680,8,1,-3c 68g,8,1,-2w 68w,8,1,-1k 69e,1,1,8 " +
  "69f,1,1,-5k2 69g,1,1,-5ke 69i,1,1,-5k5 69j,1,1,-5k6 69q,1,1,-5k5 69u,1,1,8 69v,1,1,-5kc " +
  "69w,1,1,-5kr 69y,1,1,-5kf 69z,1,1,-5kg 6aa,1,1,-5kp 6ab,1,1,-5kq 6ae,1,1,-5kt 6af,1,1,-5ku " +
  "6aq,1,1,-5kt 6ar,1,1,-5ku 6as,1,1,-5kz 6au,1,1,-5kx 6av,1,1,-5ky 6b6,1,1,8 6b7,1,1,-5l6 " +
  "6b8,1,1,-5lx 6ba,1,1,-5l9 6bb,1,1,-5la 1dkw,1,1,-1diy 1dkx,1,1,-1diz 1dky,1,1,-1dj0 1dkz,1,1,-1dj1 " +
  "1dl0,1,1,-1dj2 1dl1,1,1,-1diq 1dl2,1,1,-1dir 1dlf,1,1,-1cjz 1dlg,1,1,-1ck0 1dlh,1,1,-1ck1 " +
  "1dli,1,1,-1cjs 1dlj,1,1,-1ck3";

/** Lower-case characters that share their upper case: `character,others…` in base 36. */
export const EXTRA_CASES =
  "2x,8h 37,an 51,qk 8h,2x an,37 n9,qh,69q pc,6ab q8,6ar qa,r4 qd,s5 qg,r5 qh,n9,69q qi,s0 qk,51 qo,ra " +
  "qp,s1 qq,qr qr,qq qu,r9 r4,qa r5,qg r9,qu ra,qo s0,qi s1,qp s5,qd tu,5mo tw,5mp u6,5mq u9,5mr " +
  "ua,5ms,5mt ui,5mu v7,5mv 5mo,tu 5mp,tw 5mq,u6 5mr,u9 5ms,ua,5mt 5mt,ua,5ms 5mu,ui 5mv,v7 5mw,wuj " +
  "601,61n 61n,601 69q,n9,qh 6ab,pc 6ar,q8 wuj,5mw 1dl1,1dl2 1dl2,1dl1";
