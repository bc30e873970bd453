import { test } from "vitest";
import { findPimFile, readPimDevice } from "@tandem-sim/schemas/node";
import { derivePimTiming, pimAttention } from "./pim-device.js";
test("x", () => {
  for (const n of ["LPDDR4X_2GB_4266_pim","DDR4_8GB_3200_pim","LPDDR5_2GB_6400_pim","HBM2_1GB_2000_pim","DDR5_8GB_4800_pim","HBM3_512MB_6400_pim"]) {
    const d = readPimDevice(findPimFile(n)); const t = derivePimTiming(d);
    const p = d.power, T = d.timing, tck = T.tCK, bl = d.dram_structure.BL/2, dev = t.devicesPerRank;
    const act = p.VDD*(p.IDD0*(T.tRAS+T.tRP)-p.IDD3N*T.tRAS-p.IDD2N*T.tRP)*tck*dev;
    const comp = 4*p.VDD*(p.IDD4R-p.IDD3N)*bl*tck*dev, rd = comp/4, wr = p.VDD*(p.IDD4W-p.IDD3N)*bl*tck*dev;
    const ref = p.VDD*(p.IDD5AB-p.IDD3N)*T.tRFC*tck*dev;
    const bg = p.VDD*p.IDD3N*dev*t.ranks, refp = ref*t.ranks/t.refreshIntervalNs;
    const out = [];
    for (const L of [512,2048,8192]) {
      const a = pimAttention(t,{heads:32,kvHeads:8,headDim:128,elementBytes:2,share:1},L);
      const e = a.rows*t.banks*act + a.comps*comp + a.drains*rd + a.inputs*32*wr;
      out.push([L, a.totalNs, ((e/a.totalNs+bg+refp)).toFixed(0), "act",(a.rows*t.banks*act/a.totalNs).toFixed(0),"comp",(a.comps*comp/a.totalNs).toFixed(0),"rd",(a.drains*rd/a.totalNs).toFixed(0),"gw",(a.inputs*32*wr/a.totalNs).toFixed(0), "ratio", ((e/a.totalNs+bg+refp)/(d.other.peak_power??NaN)).toFixed(3)].join(" "));
    }
    console.log(n, t, "idle", bg.toFixed(1), refp.toFixed(1), (bg+refp).toFixed(1), d.other.idle_power, ((bg+refp)/(d.other.idle_power??NaN)).toFixed(4), "\n", out.join("\n "));
  }
});
